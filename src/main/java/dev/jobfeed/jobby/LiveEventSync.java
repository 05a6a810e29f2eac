package dev.jobfeed.jobby;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.lease.LeaseOwner;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.persistence.RejectedRecordFinder;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.DatabaseRejection;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.sync.StoreOriginMismatchException;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Provides the steps of the live event sync to routes: bean {@code jobfeedLiveEvents}. */
public final class LiveEventSync {

    private static final Logger LOG = LoggerFactory.getLogger(LiveEventSync.class);
    private static final String STREAM = "jobby_live_events";

    private final JobfeedProperties settings;
    private final Tenant tenant;
    private final LiveEventRepository store;
    private final Clock clock;

    public LiveEventSync(Tenant tenant, Clock clock) {
        this.settings = tenant.settings();
        this.tenant = tenant;
        this.store = new LiveEventRepository(tenant.sql());
        this.clock = clock;
    }

    /**
     * Acquires the stream's lease.
     *
     * @throws StreamLockedException if another process owns the lease
     * @throws StoreOriginMismatchException if the store has the events of another server
     */
    public LiveEventSyncSession begin() {
        StreamState state = tenant.states().get(STREAM);
        if (state.originBaseUrl() != null
                && !state.originBaseUrl().equals(settings.jobby().baseUrl())) {
            throw new StoreOriginMismatchException("This store has the live events of " + state.originBaseUrl()
                    + "; now jobby.base-url is " + settings.jobby().baseUrl()
                    + ". Use another database or schema (jobfeed.datasource.url, jobfeed.datasource.schema).");
        }
        // an owner of its own: a takeover of this lease must not end the process's other transactions
        return tenant.leases()
                .acquire(STREAM, LeaseOwner.currentProcess(), lease -> new LiveEventSyncSession(lease, now()))
                .orElseThrow(() -> tenant.leases().locked(STREAM, STREAM));
    }

    /** Returns the query string of the request. */
    public String query() {
        return "limit=" + limit();
    }

    private int limit() {
        return settings.jobby().liveEventsLimit();
    }

    /**
     * Parses the list.
     *
     * @throws MalformedResponseException if the response is not a list; nothing is changed then
     */
    public void read(LiveEventSyncSession session, JsonNode list) throws MalformedResponseException {
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
            LOG.warn("{} live events have no id and are skipped; no event expires by this list", unusable);
        }
        session.read(events.values(), unusable == 0 && list.size() < limit());
    }

    /** Stores new, changed and reactivated events. */
    public void write(LiveEventSyncSession session) {
        RejectedRecordFinder<LiveEvent> rejected = session.refused();
        if (rejected == null) {
            session.wrote(store.write(session.events(), now()));
        } else {
            tenant.sql().checkAtOnce();
            rejected.write(List.copyOf(session.events()));
        }
    }

    /** Prepares the list to be stored again without the events that the database rejects. */
    public void withoutRefused(LiveEventSyncSession session) {
        session.storeWithout(new RejectedRecordFinder<>(
                tenant.transaction().getTransactionManager(), events -> session.wrote(store.write(events, now()))));
    }

    /** Expires the events that are not listed. */
    public void expire(LiveEventSyncSession session) {
        session.expired(store.expireAllBut(session.events(), now()));
    }

    /** Moves the watermark, with the fence as the last statement. */
    public void commit(LiveEventSyncSession session) {
        tenant.states().listed(STREAM, session.startedAt(), settings.jobby().baseUrl());
        session.lease().fence();
    }

    /** Releases the lease, and raises or clears tenant.alerts(). */
    public void end(LiveEventSyncSession session, Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        session.lease().close();
        if (thrown == null) {
            LOG.info("live events of Jobby.dev: {}", session.summary());
            tenant.alerts()
                    .clearAllBut(
                            STREAM, alertRejected(session) ? AlertCondition.EVENT_REFUSED::is : condition -> false);
        } else if (!exchange.getContext().isStopping()) {
            Problem failure = JobbyProblemTranslator.of(thrown);
            LOG.error("live events of Jobby.dev: {}", failure.text());
            tenant.alerts().raise(STREAM, failure);
            tenant.alerts().clearAllBut(STREAM, failure.condition()::equals);
        }
    }

    /** Raises an alert for events that the database rejected; returns whether there are any. */
    private boolean alertRejected(LiveEventSyncSession session) {
        if (session.refused() == null || session.refused().reasons().isEmpty()) {
            return false;
        }
        Map<LiveEvent, String> reasons = session.refused().reasons();
        String message =
                reasons.size() + " of " + session.events().size() + " live events cannot be stored; the first one: "
                        + reasons.values().iterator().next() + ".";
        LOG.warn("live events of Jobby.dev: {}", message);
        tenant.alerts().raise(STREAM, new Problem(AlertCondition.EVENT_REFUSED, message));
        return true;
    }

    /** Logs why a trigger failed, unless {@link #end} has logged it. */
    public void tell(Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (exchange.getVariable("jobbySession") == null
                || DatabaseRejection.cause(thrown).isPresent()) {
            LOG.warn(
                    "live events of Jobby.dev: {}",
                    JobbyProblemTranslator.of(thrown).text());
        }
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
