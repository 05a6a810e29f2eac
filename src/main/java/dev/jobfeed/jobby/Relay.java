package dev.jobfeed.jobby;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.Settings;
import dev.jobfeed.ops.Alerts;
import dev.jobfeed.run.Failures;
import dev.jobfeed.run.Holder;
import dev.jobfeed.run.Lease;
import dev.jobfeed.run.RunStore;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps that send matches and webhook events on: bean {@code jobfeedRelay}. */
public final class Relay {

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STREAM = "jobby_relay";
    private static final String FAILED = "relay-failed";
    private static final int AT_ONCE = 100;

    /** Both sides have 30 s to accept a match; after that there is nothing left to do about it. */
    private static final Duration MATCH_LASTS = Duration.ofMinutes(1);

    private final Settings settings;
    private final RunStore runs;
    private final RelayStore store;
    private final Alerts alerts;
    private final Clock clock;

    public Relay(Settings settings, RunStore runs, RelayStore store, Alerts alerts, Clock clock) {
        this.settings = settings;
        this.runs = runs;
        this.store = store;
        this.alerts = alerts;
        this.clock = clock;
    }

    /** Takes the right to send, so that two do not send the same; null when there is nothing to send, or nowhere. */
    public Lease begin() {
        if (settings.text("jobfeed.changes.to").isEmpty() || store.waiting(1).isEmpty()) {
            return null;
        }
        return runs.acquire(STREAM, Holder.here(), settings.lease()).orElse(null);
    }

    /** What is to be sent, the oldest first. */
    public List<RelayStore.Item> waiting() {
        return store.waiting(AT_ONCE);
    }

    /** What is sent: a webhook's payload as it came, or a match with the link a person opens. */
    public String json(RelayStore.Item item) {
        if (item.payload() != null) {
            return item.payload();
        }
        ObjectNode json = JSON.createObjectNode();
        json.put("type", item.type());
        json.put("match_id", item.id());
        json.put("event_id", item.eventId());
        json.put("url", Matches.link(settings.jobbyBaseUrl(), item.id()));
        json.put("matched_at", item.at().toInstant().toString());
        return json.toString();
    }

    /** Notes that something was sent. */
    public void relayed(RelayStore.Item item) {
        store.done(item, now());
        alerts.clear(STREAM, FAILED);
    }

    /** Raises an alert; what was not sent is sent by a later try. */
    public void failed(Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (!exchange.getContext().isStopping()) {
            String words = "What Jobby.dev told cannot be sent to jobfeed.changes.to: "
                    + Failures.describe(thrown).replaceFirst("[.]$", "") + ".";
            LOG.warn("{} It is tried again.", words);
            alerts.raise(STREAM, FAILED, words, "Nothing is lost; it is tried again until it succeeds.");
        }
    }

    /** Gives the right to send back. */
    public void end(Lease lease) {
        runs.release(lease);
    }

    /** Ends the alerts of matches that nobody can accept any more. */
    public void endMatches() {
        store.endMatches(now().minus(MATCH_LASTS), now());
    }

    /** Whether somebody has to be told something about Jobby.dev. */
    public boolean hasNews() {
        return alerts.untold().stream()
                .anyMatch(alert -> alert.stream() != null && alert.stream().startsWith(JobbyAnswers.STREAM));
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
