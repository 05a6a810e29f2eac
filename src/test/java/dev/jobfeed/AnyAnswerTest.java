package dev.jobfeed;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The seeds of {@link AnswerFuzz}, and what it has found before. */
class AnyAnswerTest {

    private static AnyAnswer answers;

    @BeforeAll
    static void start() throws Exception {
        answers = new AnyAnswer();
    }

    @AfterAll
    static void stop() throws Exception {
        answers.close();
    }

    static Stream<Named<Path>> seeds() throws Exception {
        URI directory =
                AnyAnswerTest.class.getResource("AnswerFuzzInputs/anyAnswer").toURI();
        return Files.list(Path.of(directory))
                .sorted()
                .map(file -> Named.of(file.getFileName().toString(), file));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("seeds")
    void rowsAddUpOrTheReasonIsKnown(Path seed) throws Exception {
        answers.check(Files.readAllBytes(seed));
    }
}
