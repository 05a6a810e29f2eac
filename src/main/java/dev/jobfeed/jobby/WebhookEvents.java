package dev.jobfeed.jobby;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.alert.AlertService;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.persistence.Dialect;
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
import org.springframework.jdbc.core.JdbcTemplate;

/** Keeps the events of webhooks, and what they say about a match. Joins the calling thread's transaction. */
public final class WebhookEvents {

    /** The stream of the events in quarantine. */
    public static final String STREAM = "jobby_webhooks";

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** After these, there is nothing left to decide. */
    private static final Set<String> DECIDED = Set.of("match.accepted", "match.declined", "match.expired");

    private final JdbcTemplate jdbc;
    private final Dialect database;
    private final WebhookRepository store;
    private final MatchService matches;
    private final AlertService alerts;
    private final Clock clock;

    /** Creates the events of a tenant, and lets its quarantine store them when they are retried. */
    public WebhookEvents(Tenant tenant, Clock clock) {
        this.jdbc = new JdbcTemplate(tenant.dataSource());
        this.database = tenant.database();
        this.store = new WebhookRepository(tenant.dataSource(), database);
        this.alerts = tenant.alerts();
        this.matches =
                new MatchService(tenant.settings(), new QueueRepository(tenant.dataSource(), database), alerts, clock);
        this.clock = clock;
        tenant.quarantine().register(STREAM, this::keep);
    }

    /**
     * An event.
     *
     * @param id the same in every delivery of it
     * @param payload the whole event as storable JSON
     * @param data what happened
     */
    record Event(String id, String type, String payload, JsonNode data) {}

    /** Reads an event; empty when the bytes are none, or the event has no usable id or type. */
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
            // bytes that are no JSON, or no text in an encoding of JSON: nothing else can fail within an array
            return Optional.empty();
        }
    }

    /** Keeps an event that was in quarantine. */
    public void keep(String payload) {
        keep(read(payload.getBytes(StandardCharsets.UTF_8))
                .orElseThrow(() -> new IllegalStateException("quarantine holds no event of a webhook")));
    }

    /** Keeps an event and what it says about a match; false when it is known, which changes nothing. */
    boolean keep(Event event) {
        boolean isNew = store.add(event.id(), event.type(), event.payload(), now());
        if (isNew) {
            note(event);
        }
        return isNew;
    }

    /** Lets the rest of the transaction check at each statement what would be checked at its end. */
    void checkAtOnce() {
        database.checkAtOnce(jdbc);
    }

    private void note(Event event) {
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
            alerts.clear(JobbyResponseHandler.STREAM, "match " + match);
        }
    }

    OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
