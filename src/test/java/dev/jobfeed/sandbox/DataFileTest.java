package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a sandbox that is restarted with the same seed and data file. */
class DataFileTest {

    @TempDir
    Path directory;

    private SandboxOptions.Builder options() {
        return SandboxOptions.builder()
                .port(0)
                .jobs(200)
                .careerSites(20)
                .unknownExpired(0)
                .dataFile(directory.resolve("data/sandbox.changes"));
    }

    @Test
    void restartServesTheSameData() throws Exception {
        List<String> before;
        try (Sandbox sandbox = Sandbox.start(options().build())) {
            sandbox.data().createJobs(5);
            sandbox.data().updateJobs(7);
            List<UUID> expired = sandbox.data().expireJobs(9);
            sandbox.data().returnJob(expired.get(0));
            sandbox.data().returnJobUntouched(expired.get(1));
            sandbox.data().updateCareerSites(3);
            before = everything(sandbox);
        }
        // a line that a crash truncated
        Files.writeString(directory.resolve("data/sandbox.changes"), "EXPIRED 1", StandardOpenOption.APPEND);

        for (int restart = 1; restart <= 2; restart++) {
            try (Sandbox sandbox = Sandbox.start(options().build())) {
                assertThat(everything(sandbox)).isEqualTo(before);
                List<UUID> created = sandbox.data().createJobs(1);
                assertThat(before).noneMatch(row -> row.contains(created.get(0).toString()));
                before = everything(sandbox);
            }
        }
    }

    private static List<String> everything(Sandbox sandbox) {
        List<String> all = new ArrayList<>();
        sandbox.data().forEachActive(all::add);
        sandbox.data().expiredIds().forEach(id -> all.add("expired " + id));
        sandbox.data().forEachCareerSite(all::add);
        all.add(sandbox.data().counts().toString());
        sandbox.data().expired(new Page.Position(0, null), 1000).rows().forEach(id -> all.add("listed " + id));
        return all;
    }

    @Test
    void dataFileOfOtherOptionsIsRejected() throws Exception {
        Sandbox.start(options().build()).close();

        assertThatThrownBy(() -> Sandbox.start(options().seed(2).build()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was written with other options: \"seed=1 jobs=200");
    }

    @Test
    void dataFileServesOneSandboxAtATime() throws Exception {
        try (Sandbox first = Sandbox.start(options().build())) {
            assertThatThrownBy(() -> Sandbox.start(options().build())).isInstanceOf(DataFileInUseException.class);
            assertThat(first.data().activeCount()).isEqualTo(200);
        }
    }
}
