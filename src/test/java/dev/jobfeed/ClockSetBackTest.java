package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a runtime when the clock of its machine is set back. */
@Tag("processes")
class ClockSetBackTest {

    @TempDir
    Path directory;

    @Test
    void scheduleUsesTheNewTime() throws Exception {
        Path clock = directory.resolve("clock");
        set(clock, "+0");
        try (Sandbox sandbox =
                        Sandbox.start(SandboxOptions.builder().port(0).jobs(20).build());
                JobfeedProcess run = JobfeedProcess.with(
                        Map.of(
                                "LD_PRELOAD",
                                library().toString(),
                                "FAKETIME_TIMESTAMP_FILE",
                                clock.toString(),
                                // interval in seconds at which the file is read
                                "FAKETIME_CACHE_DURATION",
                                "1",
                                // with libfaketime's workaround for older C libraries, Java's timed waits use a full
                                // CPU
                                "FAKETIME_FORCE_MONOTONIC_FIX",
                                "0",
                                "FAKETIME_DONT_FAKE_MONOTONIC",
                                "1",
                                "DONT_FAKE_MONOTONIC",
                                "1"),
                        directory,
                        properties(sandbox),
                        "run")) {
            run.awaitErr("run 2 of jobs succeeded");

            set(clock, "-2h");
            run.awaitErr("This machine's clock was set back by");
            int before = run.err().length();

            await().atMost(JobfeedProcess.DEADLINE)
                    .untilAsserted(() -> assertThat(run.err().substring(before)).contains("of jobs succeeded"));
            assertThat(run.err().lines().filter(line -> line.contains("clock was set back") && line.contains("WARN")))
                    .hasSize(1);
            run.awaitErr("alert raised: clock-differs (jobs)");
        }
    }

    private Map<String, String> properties(Sandbox sandbox) {
        Map<String, String> properties = new HashMap<>();
        properties.put("jobo.base-url", sandbox.baseUrl());
        properties.put("jobo.api-key", Sandbox.TEST_KEY);
        properties.put("jobfeed.datasource.url", "jdbc:h2:file:" + directory.resolve("jobs"));
        properties.put("jobfeed.jobs.schedule", "0/3 * * * * ?");
        return properties;
    }

    private static void set(Path clock, String offset) throws IOException {
        Path next = Files.writeString(clock.resolveSibling("next"), offset + "\n");
        Files.move(next, clock, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Path library() throws IOException {
        Path lib = Path.of("/usr/lib");
        try (Stream<Path> files = Files.isDirectory(lib)
                ? Files.find(lib, 3, (path, attributes) -> path.endsWith("faketime/libfaketimeMT.so.1"))
                : Stream.empty()) {
            Path found = files.findFirst().orElse(null);
            assumeTrue(found != null, "apt-get install faketime to have the machine's clock set back");
            return found;
        }
    }
}
