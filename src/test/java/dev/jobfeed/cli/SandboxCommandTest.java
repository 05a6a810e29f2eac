package dev.jobfeed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class SandboxCommandTest {

    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine line = JobfeedCli.commandLine().setErr(new PrintWriter(err, true));
        String[] all = new String[arguments.length + 3];
        System.arraycopy(new String[] {"sandbox", "--port", "0"}, 0, all, 0, 3);
        System.arraycopy(arguments, 0, all, 3, arguments.length);
        return line.execute(all);
    }

    @Test
    void invalidFaultScriptIsAUsageError(@TempDir Path directory) throws Exception {
        Path script = Files.writeString(directory.resolve("faults.json"), "[{\"fault\":\"503\"},{\"fault\":\"504\"}]");

        assertThat(run("--jobs", "1", "--faults", script.toString())).isEqualTo(2);
        assertThat(err.toString()).startsWith(script + ": Rule 2, field \"fault\": is \"504\", but must be one of");
    }

    @Test
    void missingFaultScriptIsAUsageError(@TempDir Path directory) {
        Path script = directory.resolve("none.json");

        assertThat(run("--faults", script.toString())).isEqualTo(2);
        assertThat(err.toString()).startsWith("The fault script " + script + " cannot be read");
    }

    @Test
    void missingJobsFileIsAUsageError(@TempDir Path directory) {
        Path jobs = directory.resolve("none.jsonl");

        assertThat(run("--jobs-file", jobs.toString())).isEqualTo(2);
        assertThat(err.toString()).startsWith("There is no file " + jobs);
    }

    @Test
    void lineThatIsNotAJobIsAUsageError(@TempDir Path directory) throws Exception {
        Path jobs = Files.writeString(directory.resolve("jobs.jsonl"), "\n[{\"id\": 1}\n");

        assertThat(run("--jobs-file", jobs.toString())).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("Line 2 of " + jobs + " is not a job (one JSON object a line, with a UUID as id): ")
                .doesNotContain("Source");
    }

    @Test
    void optionOutOfRangeIsAUsageError() {
        assertThat(run("--rate-limit=-1")).isEqualTo(2);
        assertThat(err.toString()).startsWith("rateLimit is -1, but must not be negative.");
    }

    @Test
    void takenPortIsReported() throws Exception {
        try (Sandbox running =
                Sandbox.start(SandboxOptions.builder().port(0).jobs(1).build())) {
            String port = Integer.toString(running.port());

            int code = JobfeedCli.commandLine()
                    .setErr(new PrintWriter(err, true))
                    .execute("sandbox", "--jobs", "1", "--port", port);

            assertThat(code).isEqualTo(2);
            assertThat(err.toString())
                    .startsWith("jobfeed: Port " + port + " on 127.0.0.1 cannot be listened on:")
                    .contains("choose another port");
        }
    }
}
