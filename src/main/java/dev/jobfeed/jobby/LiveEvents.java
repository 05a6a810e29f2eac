package dev.jobfeed.jobby;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.Settings;
import dev.jobfeed.feed.UnreadableAnswerException;
import dev.jobfeed.ops.Alerts;
import dev.jobfeed.run.Failure;
import dev.jobfeed.run.ForeignStoreException;
import dev.jobfeed.run.Holder;
import dev.jobfeed.run.Lease;
import dev.jobfeed.run.RunStore;
import dev.jobfeed.run.StreamBusyException;
import dev.jobfeed.run.SyncState;
import dev.jobfeed.store.Refusal;
import dev.jobfeed.store.RefusedRows;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/** The steps around the list of live events that routes call: bean {@code jobfeedLiveEvents}. */
public final class LiveEvents {

    private static final Logger LOG = LoggerFactory.getLogger(LiveEvents.class);
    private static final String STREAM = "jobby_live_events";

    private final Settings settings;
    private final RunStore runs;
    private final LiveEventStore store;
    private final Alerts alerts;
    private final TransactionTemplate transaction;
    private final Clock clock;

    public LiveEvents(
            Settings settings,
            RunStore runs,
            LiveEventStore store,
            Alerts alerts,
            TransactionTemplate transaction,
            Clock clock) {
        this.settings = settings;
        this.runs = runs;
        this.store = store;
        this.alerts = alerts;
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * Takes the stream's lease.
     *
     * @throws StreamBusyException when somebody else is at it
     * @throws ForeignStoreException when the store has the events of another server
     */
    public Visit begin() {
        SyncState state = runs.state(STREAM);
        if (state.originBaseUrl() != null && !state.originBaseUrl().equals(settings.jobbyBaseUrl())) {
            throw new ForeignStoreException("This store has the live events of " + state.originBaseUrl()
                    + "; now jobby.base-url is " + settings.jobbyBaseUrl()
                    + ". Use another database or schema (jobfeed.datasource.url, jobfeed.datasource.schema).");
        }
        Lease lease = runs.acquire(STREAM, Holder.here(), settings.lease())
                .orElseThrow(() -> new StreamBusyException("Somebody else is at the live events of Jobby.dev. If that"
                        + " process is dead, its lease runs out within "
                        + settings.lease().toSeconds() + " s."));
        return new Visit(lease, now());
    }

    /** What to ask for. */
    public String query() {
        return "limit=" + limit();
    }

    private int limit() {
        return settings.liveEventsLimit();
    }

    /**
     * Reads the list.
     *
     * @throws UnreadableAnswerException when it is none; then nothing is changed
     */
    public void read(Visit visit, JsonNode list) throws UnreadableAnswerException {
        if (!list.isArray()) {
            throw new UnreadableAnswerException("Jobby.dev's answer to /live-events is not a list.");
        }
        Map<String, LiveEvent> events = new LinkedHashMap<>();
        int unusable = 0;
        for (JsonNode row : list) {
            Optional<LiveEvent> event = LiveEvent.of(row);
            event.ifPresent(one -> events.putIfAbsent(one.id(), one));
            unusable += event.isPresent() ? 0 : 1;
        }
        if (unusable > 0) {
            LOG.warn("{} live events have no id and are passed over; no event expires by this list", unusable);
        }
        visit.read(events.values(), unusable == 0 && list.size() < limit());
    }

    /** Stores what is new, changed or back. */
    public void write(Visit visit) {
        RefusedRows<LiveEvent> refused = visit.refused();
        if (refused == null) {
            visit.wrote(store.write(visit.events(), now()));
        } else {
            store.checkAtOnce();
            refused.write(List.copyOf(visit.events()));
        }
    }

    /** Lets the list be stored again, without the events that the database refuses. */
    public void withoutRefused(Visit visit) {
        visit.storeWithout(new RefusedRows<>(
                transaction.getTransactionManager(), events -> visit.wrote(store.write(events, now()))));
    }

    /** Expires what is not on the list. */
    public void expire(Visit visit) {
        visit.expired(store.expireAllBut(visit.events(), now()));
    }

    /** Moves the watermark, and proves the lease. */
    public void commit(Visit visit) {
        store.listed(STREAM, visit.startedAt(), settings.jobbyBaseUrl());
        runs.renew(visit.lease(), settings.lease());
    }

    /** Gives the lease back, and raises or ends alerts. */
    public void end(Visit visit, Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        runs.release(visit.lease());
        if (thrown == null) {
            LOG.info("live events of Jobby.dev: {}", visit.summary());
            alerts.clearAllBut(STREAM, alertRefused(visit));
        } else if (!exchange.getContext().isStopping()) {
            Failure failure = JobbyFailures.of(thrown);
            LOG.error("live events of Jobby.dev: {}", failure.text());
            alerts.raise(STREAM, failure.condition(), failure.message(), failure.remedy());
            alerts.clearAllBut(STREAM, Set.of(failure.condition()));
        }
    }

    /** Returns the conditions that last. */
    private Set<String> alertRefused(Visit visit) {
        if (visit.refused() == null || visit.refused().reasons().isEmpty()) {
            return Set.of();
        }
        Map<LiveEvent, String> reasons = visit.refused().reasons();
        String message =
                reasons.size() + " of " + visit.events().size() + " live events cannot be stored; the first one: "
                        + reasons.values().iterator().next() + ".";
        LOG.warn("live events of Jobby.dev: {}", message);
        alerts.raise(
                STREAM,
                "event-refused",
                message,
                "Change the constraint, trigger or limit that refuses them. Until then no event expires.");
        return Set.of("event-refused");
    }

    /** Says in the log why a look came to nothing, unless it has said so itself at its end. */
    public void tell(Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (exchange.getVariable("jobbyVisit") == null || Refusal.cause(thrown).isPresent()) {
            LOG.warn("live events of Jobby.dev: {}", JobbyFailures.of(thrown).text());
        }
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
