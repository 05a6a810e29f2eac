package dev.jobfeed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

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
        "sync jobs --max-pages many, Invalid value for option '--max-pages': 'many' is not a number, jobfeed sync",
        "sync, Missing required parameter: 'STREAM', jobfeed sync",
        "status --yaml, Unknown option: '--yaml', jobfeed status",
        "quarantine, Missing required subcommand, jobfeed quarantine",
        "quarantine show x, Invalid value for ID: 'x' is not a number," + " jobfeed quarantine show"
    })
    void usageErrorHasOneLineAndAReferenceToHelp(String line, String message, String command) {
        assertThat(run(line.split(" "))).isEqualTo(2);

        assertThat(err.toString().lines()).containsExactly(message, "Try '" + command + " --help'.");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "stauts, Unknown command: 'stauts', jobfeed",
        "help stauts, Unknown command: 'stauts', jobfeed",
        "status jobs, Unexpected argument: 'jobs', jobfeed status",
        "sync nothing, there is no stream, jobfeed sync"
    })
    void unknownCommandOrStreamIsAUsageError(String line, String expectedMessage, String command) {
        assertThat(run(line.split(" "))).isEqualTo(2);

        assertThat(err.toString())
                .contains(expectedMessage)
                .endsWith("Try '" + command + " --help'." + System.lineSeparator());
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
    void invalidConfigurationIsReportedWithoutItsSecrets(String property, String value) {
        Map<String, String> properties =
                new HashMap<>(Map.of("jobo.api-key", "jbe_test_x", "jobfeed.datasource.url", "jdbc:h2:mem:usage"));
        properties.put(property, value);

        CommandResult result = CommandResult.run(properties, "sync", "jobs");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).startsWith("jobfeed: " + property).doesNotContain("s3cret");
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void missingCommandPrintsHelp() {
        assertThat(run()).isEqualTo(2);

        assertThat(err.toString()).contains("Usage: jobfeed", "sync ", "status ", "Exit codes:");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void requestedHelpSucceeds() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString()).contains("Usage: jobfeed", "Exit codes:");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void everyHelpPageHasExamplesAndFitsTheTerminalWithoutBreakingAWord() {
        List<String> broken = new ArrayList<>();
        List<String> commands = pages(JobfeedCli.commandLine()).toList();
        assertThat(commands).hasSizeGreaterThan(15);
        for (String command : commands) {
            out.getBuffer().setLength(0);
            assertThat(run(("help " + command).strip().split(" "))).as(command).isZero();
            String page = out.toString();
            assertThat(page)
                    .as(command)
                    .startsWith(("Usage: jobfeed " + command).strip())
                    .contains("Exit codes:")
                    .containsPattern("Examples:\\R +.*jobfeed " + command);
            page.lines().filter(line -> line.length() > 80).forEach(broken::add);
            assertThat(page.split("jobfeed\\.datasource\\.\\s")).as(command).hasSize(1);
        }
        assertThat(broken).isEmpty();
    }

    private static Stream<String> pages(CommandLine command) {
        String name = command.getCommandSpec().qualifiedName().replaceFirst("jobfeed ?", "");
        return Stream.concat(
                name.equals("generate-completion") ? Stream.of() : Stream.of(name),
                command.getSubcommands().values().stream().flatMap(UsageTest::pages));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "40|      --tenant=NAME         Tenant of jobfeed.datasource.url|      --tenant=NAME/          Tenant of/          jobfeed.datasource.url",
                "60|      --tenant=NAME         Tenant of the jobfeed.datasource.url|      --tenant=NAME         Tenant of the/                            jobfeed.datasource.url",
                "20|  jobfeed sync jobs --max-pages 3|  jobfeed sync jobs/  --max-pages 3",
                "40|Short.|Short.",
                "10|a-word-that-is-wider than|a-word-that-is-wider/than"
            },
            ignoreLeadingAndTrailingWhitespace = false)
    void helpPageIsWrappedBetweenWords(int width, String line, String wrapped) {
        assertThat(new HelpLayout(width).wrap(line).lines()).containsExactly(wrapped.split("/"));
    }

    @Test
    void manualPageDescribesEveryCommand() {
        assertThat(run("man")).isZero();

        assertThat(out.toString().lines().filter(line -> line.startsWith(".SS ")))
                .contains(".SS jobfeed sync STREAM", ".SS jobfeed quarantine retry ID")
                .hasSize((int) pages(JobfeedCli.commandLine())
                                .filter(name -> !name.isEmpty())
                                .count()
                        + 1);
        assertThat(out.toString())
                .contains(".B \\-\\-max\\-pages=N\nStop after N")
                .doesNotContain("${", "%n");
    }

    @Test
    void completionScriptContainsCommandsOptionsAndStreams() {
        assertThat(run("generate-completion")).isZero();

        assertThat(out.toString()).contains("quarantine", "--max-pages", "\"career-sites\" \"all\"");
    }

    @Test
    void versionIsThatOfTheBuild() throws Exception {
        Matcher version = Pattern.compile("<artifactId>jobfeed-routes</artifactId>\\s*<version>([^<]+)<")
                .matcher(Files.readString(Path.of("pom.xml")));
        assertThat(version.find()).isTrue();

        assertThat(run("--version")).isZero();

        assertThat(out.toString().strip()).isEqualTo("jobfeed " + version.group(1));
    }
}
