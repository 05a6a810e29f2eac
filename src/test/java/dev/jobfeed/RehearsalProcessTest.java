package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a rehearsal as a process, which starts others. */
@Tag("processes")
class RehearsalProcessTest {

    @TempDir
    Path directory;

    @Test
    void interruptedRehearsalLeavesNothingBehind() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        List<ProcessHandle> children;
        Map<String, String> real = Map.of(
                "jobo.api-key", "jbe_live_real",
                "jobo.base-url", "https://connect.jobo.world",
                "jobfeed.datasource.url", "jdbc:postgresql://db.invalid/jobs");
        try (JobfeedProcess process =
                JobfeedProcess.in(directory, List.of("-Djava.io.tmpdir=" + temporary), real, "rehearse")) {
            await().atMost(JobfeedProcess.DEADLINE).until(() -> process.out().contains("kept"));
            assertThat(temporary).isNotEmptyDirectory();
            children = ProcessHandle.of(process.pid())
                    .map(ProcessHandle::descendants)
                    .orElseThrow()
                    .toList();
            process.signal("INT");

            assertThat(process.exitCode()).as(process.err()).isEqualTo(130);
        }
        await().atMost(JobfeedProcess.DEADLINE).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
        try (Stream<Path> left = Files.list(temporary)) {
            assertThat(left).isEmpty();
        }
    }
}
