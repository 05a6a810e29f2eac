package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares docs/sandbox.md with the faults. */
class FaultDocumentationTest {

    private static List<String> found(String pattern) throws IOException {
        return Pattern.compile(pattern, Pattern.DOTALL | Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("docs/sandbox.md")))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }

    @Test
    void faultTableListsEveryFaultInOrder() throws Exception {
        String table = found("^### What goes wrong$(.*?)^### ").get(0);

        assertThat(Pattern.compile("^\\| `([a-z0-9_]+)` \\|", Pattern.MULTILINE)
                        .matcher(table)
                        .results()
                        .map(match -> match.group(1)))
                .containsExactlyElementsOf(
                        Arrays.stream(Fault.values()).map(Fault::script).toList());
    }

    @Test
    void everyScriptIsValid() throws Exception {
        List<String> scripts = found("^```json$(.*?)^```$");

        assertThat(scripts).hasSizeGreaterThan(5);
        for (String script : scripts) {
            assertThat(new Faults(FaultRule.script(script), 1, Clock.systemUTC()).tallies())
                    .isNotEmpty();
        }
    }
}
