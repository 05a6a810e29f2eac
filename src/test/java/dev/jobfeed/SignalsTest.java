package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.http.Interceptor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests processes that are asked to stop; the lease lasts a minute by default, so the next one shows that it was
 * released.
 */
@Tag("processes")
class SignalsTest {

    /** Holds the grace period of a container runtime with a margin; the measured time is documented. */
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private TestReporter reporter;
    private ProcessFixture fixture;

    @BeforeEach
    void start(TestReporter reporter) {
        this.reporter = reporter;
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void repeatedlyStoppedRunResumesAtItsCheckpoint(String database) throws Exception {
        fixture = ProcessFixture.of(database, directory);

        ProcessFixture.BlockedRequest answer = fixture.blockRequest(Endpoint.JOBS_FEED, 2);
        JobfeedProcess process = fixture.start("run");
        answer.awaitRequest();
        stop(process, "TERM", "during a slow answer");
        answer.release();
        fixture.assertOpenAfterPages(1);

        ProcessFixture.BlockedRequest sweep = fixture.blockRequest(Endpoint.JOBS_EXPIRED, 1);
        process = fixture.start("sync", "jobs");
        sweep.awaitRequest();
        stop(process, "TERM", "during the sweep");
        sweep.release();
        fixture.assertOpenAfterPages(1);

        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? Interceptor.answer(429, Map.of("Retry-After", "600"), "")
                : Interceptor.pass());
        process = fixture.start("run");
        process.awaitErr("waiting 600.0 s");
        stop(process, "TERM", "during a wait of 600 s");
        fixture.assertOpenAfterPages(1);

        process = fixture.start("sync", "jobs");
        process.awaitErr("waiting 600.0 s");
        stop(process, "INT", "during a wait of 600 s");
        fixture.assertOpenAfterPages(1);

        CountDownLatch requestReceived = new CountDownLatch(1);
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED) {
                requestReceived.countDown();
            }
            return Interceptor.pass();
        });
        process = fixture.start("sync", "jobs");
        requestReceived.await();
        stop(process, "TERM", "between pages");
        int pages = Integer.parseInt(fixture.one("select pages from sync_run order by id limit 1"));
        if (pages < ProcessFixture.PAGES) {
            fixture.assertOpenAfterPages(pages);
        }

        fixture.sandbox.intercept(null);
        assertThat(fixture.start("sync", "jobs").exitCode()).isZero();
        fixture.assertStoreEqualsSandbox();
        fixture.assertPagesWereRequestedOnce(4);
    }

    @Test
    void pageThatCannotBeWrittenDoesNotKeepTheProcessAlive() throws Exception {
        fixture = ProcessFixture.of("postgresql", directory).with("jobfeed.lease", "2s");
        ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOBS_FEED, 2);
        JobfeedProcess process = fixture.start("sync", "jobs");
        blocked.awaitRequest();
        fixture.awaitRow("select pages from sync_run", "1");
        fixture.whilePageIsBlocked(blocked, () -> stop(process, "TERM", "in a page's transaction"));
        fixture.assertOpenAfterPages(1);

        fixture.finish();
        fixture.assertStoreEqualsSandbox();
    }

    /** The statement of the page waits for another transaction, so that the stop takes a while. */
    @Test
    void secondSignalEndsTheProcess() throws Exception {
        fixture = ProcessFixture.of("postgresql", directory).with("jobfeed.lease", "2s");
        ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOBS_FEED, 2);
        JobfeedProcess process = fixture.start("sync", "jobs");
        blocked.awaitRequest();
        fixture.awaitRow("select pages from sync_run", "1");
        fixture.whilePageIsBlocked(blocked, () -> {
            process.signal("INT");
            process.awaitErr("SIGINT received, stopping");
            process.signal("INT");
            assertThat(process.exitCode()).as(process.err()).isEqualTo(130);
            assertThat(process.err()).contains("SIGINT received again, ending at once");
        });

        fixture.finish();
        fixture.assertStoreEqualsSandbox();
    }

    private void stop(JobfeedProcess process, String signal, String when) throws Exception {
        long requestReceived = System.nanoTime();
        process.signal(signal);
        assertThat(process.exitCode()).as(process.err()).isEqualTo(signal.equals("INT") ? 130 : 143);
        Duration duration = Duration.ofNanos(System.nanoTime() - requestReceived);
        reporter.publishEntry("SIG" + signal + " " + when, duration.toMillis() + " ms");
        assertThat(duration).isLessThan(DEADLINE);
        assertThat(process.err()).contains("SIG" + signal + " received", "a second signal");
    }
}
