package dev.jobfeed.jobby;

import dev.jobfeed.api.ConcurrencyLimit;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.InvalidRecord;
import dev.jobfeed.persistence.RejectedRecordFinder;
import dev.jobfeed.problem.DatabaseRejection;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.TypeConversionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Provides the steps that receive Jobby.dev webhooks: bean {@code jobfeedWebhooks}. */
public final class WebhookReceiver {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookReceiver.class);
    private static final String UNSIGNED = "its signature is missing, wrong or too old";

    /**
     * Together with the console's limit, less than the number of threads of Camel's own HTTP server, so that one is
     * left for health checks.
     */
    private static final int MAX_CONCURRENT = 6;

    private final ConcurrencyLimit limit = new ConcurrencyLimit(MAX_CONCURRENT);
    private final JobfeedProperties settings;
    private final WebhookEvents events;
    private final Tenant tenant;
    private final Clock clock;

    public WebhookReceiver(JobfeedProperties settings, WebhookEvents events, Tenant tenant, Clock clock) {
        this.settings = settings;
        this.events = events;
        this.tenant = tenant;
        this.clock = clock;
    }

    /**
     * Result of receiving a webhook.
     *
     * @param status HTTP status of the response
     * @param event null unless the status is 200
     */
    public record Received(int status, WebhookEvents.Event event) {

        static Received refused(int status) {
            return new Received(status, null);
        }

        /** Returns the status, for expressions in routes. */
        public int getStatus() {
            return status;
        }

        /** Returns the id of a valid event, for expressions in routes. */
        public String getId() {
            return event.id();
        }

        /** Returns the type of a valid event, for expressions in routes. */
        public String getType() {
            return event.type();
        }

        /** Returns a valid event as JSON, for expressions in routes. */
        public String getPayload() {
            return event.payload();
        }
    }

    /** Checks size, signature and form, in this order. */
    public Received check(Exchange exchange) {
        if (!limit.enter(exchange)) {
            return refused(503, "too many arrive at the same time; it will be repeated");
        }
        WebhookSignature signature = WebhookSignature.of(
                        exchange.getMessage().getHeader(WebhookSignature.HEADER, String.class))
                .orElse(null);
        String secret = settings.text("jobby.webhook-secret").orElse(null);
        if (signature == null || secret == null) {
            return refused(401, UNSIGNED);
        }
        byte[] sent;
        try {
            sent = exchange.getMessage().getBody(byte[].class);
        } catch (TypeConversionException e) {
            return refused(408, "its body did not arrive");
        }
        byte[] body = sent == null ? new byte[0] : sent;
        if (body.length > settings.jobby().webhookMaxBytes()) {
            return refused(413, "it is longer than jobby.webhooks.max-bytes allows");
        }
        return signature.verify(body, secret, clock.instant())
                ? WebhookEvents.read(body)
                        .map(event -> new Received(200, event))
                        .orElseGet(() -> refused(400, "it is no event with an id and a type"))
                : refused(401, UNSIGNED);
    }

    private static Received refused(int status, String why) {
        LOG.warn("a webhook was refused ({}): {}", status, why);
        return Received.refused(status);
    }

    /** Stores a new event and the match that it reports; a repeated delivery changes nothing. */
    public void store(Received received) {
        WebhookEvents.Event event = received.event();
        try {
            boolean isNew = Boolean.TRUE.equals(tenant.transaction().execute(status -> events.keep(event)));
            logReceived(event, isNew);
        } catch (RuntimeException e) {
            if (DatabaseRejection.of(e).filter(DatabaseRejection::isOfRow).isEmpty()) {
                throw e;
            }
            // the database rejected the event; or the same event, or its match, was stored concurrently and is known
            // from now on
            storeOrQuarantine(event);
        }
    }

    /**
     * Quarantines an event that the database rejects; otherwise every delivery would be rejected until Jobby.dev gives
     * up.
     */
    private void storeOrQuarantine(WebhookEvents.Event event) {
        boolean[] isNew = new boolean[1];
        RejectedRecordFinder<WebhookEvents.Event> refused = new RejectedRecordFinder<>(
                tenant.transaction().getTransactionManager(), one -> isNew[0] = events.keep(one.get(0)));
        tenant.transaction().executeWithoutResult(status -> {
            tenant.sql().checkAtOnce();
            refused.write(List.of(event));
            refused.reasons().forEach((row, reason) -> tenant.quarantine()
                    .add(
                            WebhookEvents.STREAM,
                            null,
                            List.of(new InvalidRecord(null, reason, row.payload())),
                            events.now()));
        });
        refused.reasons()
                .forEach((row, reason) -> LOG.warn(
                        "webhook {}: {} is in quarantine ({}); once the cause is gone, jobfeed quarantine retry stores it",
                        row.id(),
                        row.type(),
                        reason));
        logReceived(event, isNew[0] && refused.reasons().isEmpty());
    }

    private static void logReceived(WebhookEvents.Event event, boolean isNew) {
        if (isNew) {
            LOG.info("webhook {}: {}", event.id(), event.type());
        }
    }
}
