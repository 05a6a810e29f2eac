package dev.jobfeed.cli;

import dev.jobfeed.store.Outbox;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends on what a command's attempts note, while they are at work and for a while behind them. */
final class Drain {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final String SCHEDULE = "jobfeed-changes-schedule";
    private static final Duration AT_MOST = Duration.ofSeconds(30);

    private final Outbox outbox;

    private Drain(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Starts to send, if somebody wants to know of changes. */
    static Drain start(Runtime runtime) throws Exception {
        Outbox outbox = runtime.bundle().tenants().standard().outbox();
        CamelContext context = runtime.main().getCamelContext();
        if (outbox.isWanted() && context.getRoute(SCHEDULE) != null) {
            context.getRouteController().startRoute(SCHEDULE);
        }
        return new Drain(outbox);
    }

    /** Waits until everything is sent, but not long, and not for a broker that is away; what stays is sent later. */
    void finish(Shutdown shutdown) throws InterruptedException {
        if (!outbox.isWanted()) {
            return;
        }
        long deadline = System.nanoTime() + AT_MOST.toNanos();
        long waiting = outbox.lag().waiting();
        while (waiting > 0 && System.nanoTime() < deadline && !shutdown.isClosing()) {
            TimeUnit.MILLISECONDS.sleep(50);
            waiting = outbox.lag().waiting();
        }
        if (waiting > 0) {
            LOG.warn(
                    "{} changes were not sent to jobfeed.changes.to yet; they are kept, and the next sync or run sends them",
                    waiting);
        }
    }
}
