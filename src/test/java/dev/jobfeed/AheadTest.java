package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.run.Attempt;
import dev.jobfeed.run.Run;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import java.time.Duration;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.Test;

/** Fetching goes on while a page is being stored. */
class AheadTest {

    private static final int PAGES = 5;

    /** Each transaction is held open until the server has answered with the page behind it. */
    @Test
    void aPageIsAskedForWhileTheOneBeforeIsBeingStoredAndNoPageTwice() throws Exception {
        try (SyncWorld world = SyncWorld.of(
                        "h2", SandboxOptions.builder().jobs(100).latency(Duration.ofMillis(300)))
                .with("jobo.jobs.batch-size", "20")) {
            AdviceWith.adviceWith(world.context(), "jobs-page", advice -> advice.weaveById("jobs-page-checkpoint")
                    .before()
                    .process(exchange -> {
                        int storing = 1
                                + (int) exchange.getVariable("jobfeedAttempt", Attempt.class)
                                        .run()
                                        .pages();
                        // the first may show that the rest is too dear, and nothing is behind the last
                        int answered = storing == 1 || storing == PAGES ? storing : storing + 1;
                        await().atMost(Duration.ofSeconds(60))
                                .until(() -> world.feed().size() == answered);
                    }));

            Run run = world.sync();

            assertThat(run.pages()).isEqualTo(PAGES);
            assertThat(run.requests()).isEqualTo(PAGES);
            assertThat(world.feed()).extracting(LoggedRequest::rows).containsOnly(20);
        }
    }
}
