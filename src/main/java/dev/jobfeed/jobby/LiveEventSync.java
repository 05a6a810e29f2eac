package dev.jobfeed.jobby;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.alert.AlertService;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.lease.Lease;
import dev.jobfeed.lease.LeaseOwner;
import dev.jobfeed.lease.LeaseRepository;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.persistence.RejectedRecordFinder;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.DatabaseRejection;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.sync.StoreOriginMismatchException;
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
public final class LiveEventSync {

    private static final Logger LOG = LoggerFactory.getLogger(LiveEventSync.class);
    private static final String STREAM = "jobby_live_events";

    private final JobfeedProperties settings;
    private final RunRepository runs;
    private final LeaseRepository leases;
    private final LeaseOwner owner;
    private final LiveEventRepository store;
    private final AlertService alerts;
    private final TransactionTemplate transaction;
    private final Clock clock;

    public LiveEventSync(
            JobfeedProperties settings,
            RunRepository runs,
            LeaseRepository leases,
            LeaseOwner owner,
            LiveEventRepository store,
            AlertService alerts,
            TransactionTemplate transaction,
            Clock clock) {
        this.settings = settings;
        this.runs = runs;
        this.leases = leases;
        this.owner = owner;
        this.store = store;
        this.alerts = alerts;
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * Takes the stream's lease.
     *
     * @throws StreamLockedException when somebody else is at it
     * @throws StoreOriginMismatchException when the store has the events of another server
     */
    public LiveEventSyncSession begin() {
        StreamState state = runs.state(STREAM);
        if (state.originBaseUrl() != null && !state.originBaseUrl().equals(settings.jobbyBaseUrl())) {
            throw new StoreOriginMismatchException("This store has the live events of " + state.originBaseUrl()
                    + "; now jobby.base-url is " + settings.jobbyBaseUrl()
                    + ". Use another database or schema (jobfeed.datasource.url, jobfeed.datasource.schema).");
        }
        Lease lease = leases.acquire(STREAM, owner, settings.lease())
                .orElseThrow(() -> new StreamLockedException("Somebody else is at the live events of Jobby.dev. If that"
                        + " process is dead, its lease runs out within "
                        + settings.lease().toSeconds() + " s."));
        return new LiveEventSyncSession(lease, now());
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
     * @throws MalformedResponseException when it is none; then nothing is changed
     */
    public void read(LiveEventSyncSession visit, JsonNode list) throws MalformedResponseException {
        if (!list.isArray()) {
            throw new MalformedResponseException("Jobby.dev's answer to /live-events is not a list.");
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
    public void write(LiveEventSyncSession visit) {
        RejectedRecordFinder<LiveEvent> refused = visit.refused();
        if (refused == null) {
            visit.wrote(store.write(visit.events(), now()));
        } else {
            store.checkAtOnce();
            refused.write(List.copyOf(visit.events()));
        }
    }

    /** Lets the list be stored again, without the events that the database refuses. */
    public void withoutRefused(LiveEventSyncSession visit) {
        visit.storeWithout(new RejectedRecordFinder<>(
                transaction.getTransactionManager(), events -> visit.wrote(store.write(events, now()))));
    }

    /** Expires what is not on the list. */
    public void expire(LiveEventSyncSession visit) {
        visit.expired(store.expireAllBut(visit.events(), now()));
    }

    /** Moves the watermark, and proves the lease. */
    public void commit(LiveEventSyncSession visit) {
        store.listed(STREAM, visit.startedAt(), settings.jobbyBaseUrl());
        leases.renew(visit.lease(), settings.lease());
    }

    /** Gives the lease back, and raises or ends alerts. */
    public void end(LiveEventSyncSession visit, Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        leases.release(visit.lease());
        if (thrown == null) {
            LOG.info("live events of Jobby.dev: {}", visit.summary());
            alerts.clearAllBut(STREAM, alertRefused(visit));
        } else if (!exchange.getContext().isStopping()) {
            Problem failure = JobbyProblems.of(thrown);
            LOG.error("live events of Jobby.dev: {}", failure.text());
            alerts.raise(STREAM, failure.condition(), failure.message(), failure.remedy());
            alerts.clearAllBut(STREAM, Set.of(failure.condition()));
        }
    }

    /** Returns the conditions that last. */
    private Set<String> alertRefused(LiveEventSyncSession visit) {
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
        if (exchange.getVariable("jobbySession") == null
                || DatabaseRejection.cause(thrown).isPresent()) {
            LOG.warn("live events of Jobby.dev: {}", JobbyProblems.of(thrown).text());
        }
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
