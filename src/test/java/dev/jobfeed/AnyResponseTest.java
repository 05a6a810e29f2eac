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

/** Runs the seeds of {@link ResponseFuzz}, and its former findings. */
class AnyResponseTest {

    private static AnyResponse answers;

    @BeforeAll
    static void start() throws Exception {
        answers = new AnyResponse();
    }

    @AfterAll
    static void stop() throws Exception {
        answers.close();
    }

    static Stream<Named<Path>> seeds() throws Exception {
        URI directory = AnyResponseTest.class
                .getResource("ResponseFuzzInputs/anyAnswer")
                .toURI();
        return Files.list(Path.of(directory))
                .sorted()
                .map(file -> Named.of(file.getFileName().toString(), file));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("seeds")
    void countersAddUpOrTheAttemptFailsForAKnownReason(Path seed) throws Exception {
        answers.check(Files.readAllBytes(seed));
    }
}
