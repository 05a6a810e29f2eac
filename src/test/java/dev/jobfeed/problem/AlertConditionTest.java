package dev.jobfeed.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AlertConditionTest {

    private static final String DOCS = docs();

    private static String docs() {
        try (Stream<Path> files = Files.list(Path.of("docs"))) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .map(AlertConditionTest::read)
                    .collect(Collectors.joining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(AlertCondition.class)
    void eachConditionIsDocumentedByItsId(AlertCondition condition) {
        assertThat(DOCS).containsPattern("`" + condition.id() + "[` ]");
    }

    @Test
    void idsAreUnique() {
        assertThat(Arrays.stream(AlertCondition.values()).map(AlertCondition::id))
                .doesNotHaveDuplicates();
    }

    @Test
    void alertRequiresAnActionUnlessItIsAWarning() {
        assertThat(AlertCondition.severity("deprecated GET /matches")).isEqualTo(AlertCondition.Severity.WARNING);
        assertThat(AlertCondition.severity("unauthorized")).isEqualTo(AlertCondition.Severity.ERROR);
        assertThat(AlertCondition.severity("invalid-token")).isEqualTo(AlertCondition.Severity.ERROR);
    }

    @Test
    void conditionIsFoundByItsIdAndSubject() {
        assertThat(AlertCondition.MATCH.is("match")).isTrue();
        assertThat(AlertCondition.MATCH.is(AlertCondition.MATCH.id("mat_1"))).isTrue();
        assertThat(AlertCondition.MATCH.is("matched")).isFalse();
    }
}
