package dev.jobfeed.jobby;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.alert.AlertService;
import dev.jobfeed.api.ConcurrencyLimit;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FeedResponseParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.TypeConversionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.support.TransactionTemplate;

/** The steps that receive webhooks of Jobby.dev: bean {@code jobfeedWebhooks}. */
public final class WebhookReceiver {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookReceiver.class);
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** After these a person has nothing left to decide. */
    private static final Set<String> DECIDED = Set.of("match.accepted", "match.declined", "match.expired");

    private static final String UNSIGNED = "its signature is missing, wrong or too old";

    /** Fewer than the threads of Camel's own HTTP server together with those of the console, so that health has one. */
    private static final int MOST_AT_ONCE = 6;

    private final ConcurrencyLimit limit = new ConcurrencyLimit(MOST_AT_ONCE);
    private final JobfeedProperties settings;
    private final WebhookRepository store;
    private final MatchService matches;
    private final AlertService alerts;
    private final TransactionTemplate transaction;
    private final Clock clock;

    public WebhookReceiver(
            JobfeedProperties settings,
            WebhookRepository store,
            MatchService matches,
            AlertService alerts,
            TransactionTemplate transaction,
            Clock clock) {
        this.settings = settings;
        this.store = store;
        this.matches = matches;
        this.alerts = alerts;
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * What was received.
     *
     * @param status the HTTP status it is answered with
     * @param id the event's, the same in every delivery of it; null unless the status is 200
     * @param type null unless the status is 200
     * @param payload the whole event as storable JSON; null unless the status is 200
     * @param data what happened; null unless the status is 200
     */
    public record Received(int status, String id, String type, String payload, JsonNode data) {

        static Received refused(int status) {
            return new Received(status, null, null, null, null);
        }

        /** The status, for expressions in routes. */
        public int getStatus() {
            return status;
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
        if (body.length > settings.webhookMaxBytes()) {
            return refused(413, "it is longer than jobby.webhooks.max-bytes allows");
        }
        return signature.verify(body, secret, clock.instant())
                ? read(body).orElseGet(() -> refused(400, "it is no event with an id and a type"))
                : refused(401, UNSIGNED);
    }

    private static Received refused(int status, String why) {
        LOG.warn("a webhook was refused ({}): {}", status, why);
        return Received.refused(status);
    }

    private static Optional<Received> read(byte[] body) {
        try {
            JsonNode event = JSON.readTree(body);
            if (event == null || !event.isObject()) {
                return Optional.empty();
            }
            Optional<String> id = JobbyId.of(event.path("id").asText(""));
            Optional<String> type = JobbyId.of(event.path("type").asText(""));
            String payload = FeedResponseParser.object(new ByteArrayInputStream(body));
            return id.isEmpty() || type.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Received(200, id.get(), type.get(), payload, event.path("data")));
        } catch (IOException e) {
            // bytes that are no JSON, or no text in an encoding of JSON: nothing else can fail within an array
            return Optional.empty();
        }
    }

    /** Keeps an event that is new, and what it says of a match; a repeated delivery changes nothing. */
    public void store(Received received) {
        try {
            persist(received);
        } catch (DuplicateKeyException e) {
            // the same event, or its match, was stored in the same moment, and is known from here on
            persist(received);
        }
    }

    private void persist(Received received) {
        transaction.executeWithoutResult(status -> {
            if (store.add(received.id(), received.type(), received.payload(), now())) {
                LOG.info("webhook {}: {}", received.id(), received.type());
                note(received);
            }
        });
    }

    private void note(Received received) {
        String match = JobbyId.of(received.data().path("match_id").asText("")).orElse(null);
        if (match == null) {
            return;
        }
        if (received.type().equals("match.matched")) {
            try {
                matches.record(match, null, received.data().toString(), now());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else if (DECIDED.contains(received.type())) {
            alerts.clear(JobbyResponseHandler.STREAM, "match " + match);
        }
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
