package dev.jobfeed.cli;

import dev.jobfeed.persistence.OutboxWriter;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.tenant.Tenant;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Relays the outbox events of a command's attempts, during the attempts and for a limited time afterwards. */
final class OutboxDrainer {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxDrainer.class);
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);

    private final OutboxWriter outbox;
    private final boolean sends;

    private OutboxDrainer(OutboxWriter outbox, boolean sends) {
        this.outbox = outbox;
        this.sends = sends;
    }

    /** Starts relaying if this process has a destination; the context's end stops it. */
    static OutboxDrainer start(CamelContext context, Tenant tenant, ProducerTemplate template) {
        boolean sends = tenant.settings().text("jobfeed.changes.to").isPresent();
        if (sends) {
            long interval =
                    tenant.settings().duration("jobfeed.changes.interval").toMillis();
            context.getExecutorServiceManager()
                    .newSingleThreadScheduledExecutor(context, "jobfeed-drain")
                    .scheduleWithFixedDelay(() -> send(template, tenant), 0, interval, TimeUnit.MILLISECONDS);
        }
        return new OutboxDrainer(tenant.outbox(), sends);
    }

    private static void send(ProducerTemplate template, Tenant tenant) {
        Exchange sent =
                template.send("direct:outbox-relay", exchange -> exchange.setVariable("jobfeedTenant", tenant.name()));
        if (sent.getException() != null) {
            LOG.warn("The pending changes could not be sent. {}", ProblemTranslator.describe(sent.getException()));
        }
    }

    /**
     * Waits until all events are sent, for a limited time, and not for an unavailable broker; the rest is sent later.
     */
    void finish(Shutdown shutdown) throws InterruptedException {
        if (!sends) {
            return;
        }
        long deadline = System.nanoTime() + MAX_WAIT.toNanos();
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
