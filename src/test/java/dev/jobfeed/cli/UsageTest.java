package dev.jobfeed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return JobfeedCli.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @ParameterizedTest
    @CsvSource({
        "sync jobs --max-pages 0, --max-pages is 0; it takes a number from 1 up., jobfeed sync",
        "sync jobs --max-pages many, Invalid value for option '--max-pages': 'many' is not an int, jobfeed sync",
        "sync, Missing required parameter: 'STREAM', jobfeed sync",
        "status --yaml, Unknown option: '--yaml', jobfeed status",
        "quarantine, Missing required subcommand, jobfeed quarantine",
        "quarantine show x, Invalid value for positional parameter at index 0 (ID): 'x' is not a long,"
                + " jobfeed quarantine show"
    })
    void aMistakeIsOneLineAndOneThatSaysWhereToReadOn(String line, String message, String command) {
        assertThat(run(line.split(" "))).isEqualTo(2);

        assertThat(err.toString().lines()).containsExactly(message, "Try '" + command + " --help'.");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "stauts, Unmatched argument at index 0: 'stauts', jobfeed",
        "sync nothing, there is no stream, jobfeed sync"
    })
    void anUnknownCommandOrStreamIsAMistakeOfUsage(String line, String words, String command) {
        assertThat(run(line.split(" "))).isEqualTo(2);

        assertThat(err.toString()).contains(words).endsWith("Try '" + command + " --help'." + System.lineSeparator());
        assertThat(err.toString().lines()).hasSizeLessThanOrEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "jobo.api-key, jbe_test_s3cret\u00e9",
        "jobo.base-url, https://me:s3cret@connect.jobo.world",
        "jobo.base-url, https://connect.jobo.world?key=s3cret",
        "jobfeed.datasource.url, jdbc:postgresql://me:s3cret@db/jobs",
        "jobfeed.lease, 60"
    })
    void aConfigurationThatCannotWorkIsNamedAndItsSecretsAreNot(String property, String value) {
        Map<String, String> properties =
                new HashMap<>(Map.of("jobo.api-key", "jbe_test_x", "jobfeed.datasource.url", "jdbc:h2:mem:usage"));
        properties.put(property, value);

        InProcess result = InProcess.run(properties, "sync", "jobs");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).startsWith("jobfeed: " + property).doesNotContain("s3cret");
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void withoutACommandThereIsHelp() {
        assertThat(run()).isEqualTo(2);

        assertThat(err.toString()).contains("Usage: jobfeed", "sync ", "status ", "Exit codes:");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void helpThatWasAskedForIsAResult() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString()).contains("Usage: jobfeed", "Exit codes:");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theVersionIsTheBuilds() throws Exception {
        Matcher version = Pattern.compile("<artifactId>jobfeed-routes</artifactId>\\s*<version>([^<]+)<")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();

        assertThat(run("--version")).isZero();

        assertThat(out.toString().strip()).isEqualTo("jobfeed " + version.group(1));
    }
}
