package dev.jobfeed.outbox;

import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.util.URISupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Relays events from the outbox: bean {@code jobfeedOutbox}. One process sends at a time, which keeps the order. Each
 * event is marked as sent after it was sent, so that every event is sent at least once.
 */
public final class OutboxRelay {

    /** Name under which its lease and its alerts are stored. */
    public static final String STREAM = "changes";

    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final int BATCH_SIZE = 100;

    private final TenantRegistry tenants;
    private final Function<Tenant, List<OutboxSource>> sources;
    private final Clock clock;
    private final RandomGenerator random;
    private final Map<String, EndpointBackoff> backoffs = new ConcurrentHashMap<>();

    /**
     * Creates the relay.
     *
     * @param sources returns a tenant's sources of events; a source is read when those before it have no pending events
     */
    public OutboxRelay(
            TenantRegistry tenants, Function<Tenant, List<OutboxSource>> sources, Clock clock, RandomGenerator random) {
        this.tenants = tenants;
        this.sources = sources;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Subscribes to the changes of the jobs of the exchange's tenant: from now on, and for 30 days after the last call,
     * every process that writes to its store records them, even when {@code jobfeed.changes.to} is empty.
     */
    public void ask(Exchange exchange) {
        tenants.forExchange(exchange).outbox().subscribe();
    }

    /**
     * Acquires the lease to send the events of the exchange's tenant.
     *
     * @param to the URI of the endpoint to send to, which also {@link #ask subscribes}; null for the one of
     *     {@code jobfeed.changes.to}
     * @return null when there is nothing to send or no endpoint, when another process sends, or while the endpoint is
     *     in backoff
     */
    public RelaySession begin(Exchange exchange, String to) {
        Tenant tenant = tenants.forExchange(exchange);
        if (to != null) {
            ask(exchange);
        }
        Optional<String> endpoint =
                Optional.ofNullable(to).or(() -> tenant.settings().text("jobfeed.changes.to"));
        if (endpoint.isEmpty() || backoff(tenant).lasts(clock.instant())) {
            return null;
        }
        List<OutboxSource> waiting = sources.apply(tenant);
        if (waiting.stream().noneMatch(OutboxSource::isWaiting)) {
            return null;
        }
        return tenant.leases()
                .acquire(
                        STREAM,
                        lease -> new RelaySession(
                                tenant,
                                lease,
                                endpoint.get(),
                                to == null ? "jobfeed.changes.to" : "the subscriber",
                                waiting))
                .orElse(null);
    }

    private EndpointBackoff backoff(Tenant tenant) {
        return backoffs.computeIfAbsent(tenant.name(), name -> new EndpointBackoff());
    }

    /** Returns the next events to send; an empty list ends the session. */
    public List<JobfeedCloudEvent> next(RelaySession session) {
        return session.next(BATCH_SIZE);
    }

    /**
     * Checks that this process may continue and still holds the lease; must be called before each event is sent.
     *
     * @throws RejectedExecutionException when this process is being stopped
     * @throws LeaseLostException when another process sends, because this one was suspended for a while
     */
    public void prove(RelaySession session, Exchange exchange) {
        if (exchange.getContext().isStopping()) {
            throw new RejectedExecutionException("This process is being stopped.");
        }
        session.lease().confirm();
    }

    /** Records that an event was sent. */
    public void sent(RelaySession session, JobfeedCloudEvent event) {
        session.source().sent(event, now());
        if (session.sent() == 0) {
            backoff(session.tenant()).end();
            session.tenant().alerts().clear(STREAM, AlertCondition.RELAY_FAILED);
        }
        session.hasSent();
    }

    /** Raises an alert, and delays the next try, longer each time. */
    public void failed(RelaySession session, Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (exchange.getContext().isStopping()) {
            return;
        }
        if (thrown instanceof LeaseLostException) {
            LOG.warn("Another process has taken over sending events, because this process was suspended.");
            return;
        }
        Tenant tenant = session.tenant();
        Duration delay =
                backoff(tenant).begin(clock.instant(), tenant.settings().jobo().timeScale(), random);
        String message = "Events cannot be sent to " + session.receiver() + ": "
                + describe(thrown).replaceFirst("[.]$", "") + ".";
        LOG.warn("{} They stay in the outbox; next try in {} ms.", message, delay.toMillis());
        tenant.alerts().raise(STREAM, new Problem(AlertCondition.RELAY_FAILED, message));
    }

    /** Describes the cause; URIs are sanitized, because they may contain a password. */
    private static String describe(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof HttpOperationFailedException response) {
            return "the response was " + response.getStatusCode();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : URISupport.sanitizeUri(root.getMessage());
    }

    /** Releases the lease, and deletes some of the events that were sent long ago. */
    public void end(RelaySession session) {
        try (HeldLease lease = session.lease()) {
            OffsetDateTime before = now().minus(session.tenant().settings().duration("jobfeed.changes.keep"));
            session.sources().forEach(source -> source.forget(before));
        }
        if (session.sent() > 0) {
            LOG.debug("{} events sent", session.sent());
        }
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
