package dev.jobfeed.jobby;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.alert.AlertService;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.persistence.SqlClient;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.tenant.Tenant;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

/** Stores webhook events and the matches that they report, in the caller's transaction. */
public final class WebhookEvents {

    /** Stream of quarantined webhook events. */
    public static final String STREAM = "jobby_webhooks";

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Event types after which a match is decided. */
    private static final Set<String> DECIDED = Set.of("match.accepted", "match.declined", "match.expired");

    private final SqlClient sql;
    private final MatchService matches;
    private final AlertService alerts;
    private final Clock clock;

    /** Creates the event store of a tenant and registers it with the tenant's quarantine for retries. */
    public WebhookEvents(Tenant tenant, Clock clock) {
        this.sql = tenant.sql();
        this.alerts = tenant.alerts();
        this.matches = new MatchService(tenant.settings(), new QueueRepository(sql), alerts, clock);
        this.clock = clock;
        tenant.quarantine().register(STREAM, this::keep);
    }

    /**
     * A webhook event.
     *
     * @param id id, the same in every delivery of the event
     * @param payload the whole event as storable JSON
     * @param data content of the event
     */
    record Event(String id, String type, String payload, JsonNode data) {}

    /** Parses an event; empty if the bytes are not an event or it has no usable id or type. */
    static Optional<Event> read(byte[] body) {
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
                    : Optional.of(new Event(id.get(), type.get(), payload, event.path("data")));
        } catch (IOException e) {
            // not JSON, or not text in an encoding of JSON: the only possible failures when reading from an array
            return Optional.empty();
        }
    }

    /** Stores a quarantined event. */
    public void keep(String payload) {
        keep(read(payload.getBytes(StandardCharsets.UTF_8))
                .orElseThrow(() -> new IllegalStateException("quarantine holds no event of a webhook")));
    }

    /** Stores an event and the match that it reports; false if the event is known, which changes nothing. */
    boolean keep(Event event) {
        boolean isNew = sql.statement("webhook-insert")
                        .param("id", event.id())
                        .param("type", event.type())
                        .param("payload", event.payload())
                        .param("at", now())
                        .update()
                == 1;
        if (isNew) {
            applyMatch(event);
        }
        return isNew;
    }

    private void applyMatch(Event event) {
        String match = JobbyId.of(event.data().path("match_id").asText("")).orElse(null);
        if (match == null) {
            return;
        }
        if (event.type().equals("match.matched")) {
            try {
                matches.record(match, null, event.data().toString(), now());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        } else if (DECIDED.contains(event.type())) {
            alerts.clear(JobbyAlerts.STREAM, AlertCondition.MATCH, match);
        }
    }

    OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
