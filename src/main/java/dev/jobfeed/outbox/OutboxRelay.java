package dev.jobfeed.outbox;

import dev.jobfeed.lease.Lease;
import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.lease.LeaseOwner;
import dev.jobfeed.lease.LeaseRenewer;
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
import java.util.concurrent.ScheduledExecutorService;
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
    private static final String FAILED = "relay-failed";
    private static final int BATCH_SIZE = 100;

    private final TenantRegistry tenants;
    private final Function<Tenant, List<OutboxSource>> sources;
    private final Clock clock;
    private final LeaseOwner owner;
    private final ScheduledExecutorService executor;
    private final RandomGenerator random;
    private final Map<String, EndpointBackoff> backoffs = new ConcurrentHashMap<>();

    /**
     * Creates the relay.
     *
     * @param sources returns a tenant's sources of events; a source is read when those before it have no pending events
     */
    public OutboxRelay(
            TenantRegistry tenants,
            Function<Tenant, List<OutboxSource>> sources,
            ScheduledExecutorService executor,
            Clock clock,
            LeaseOwner owner,
            RandomGenerator random) {
        this.tenants = tenants;
        this.sources = sources;
        this.executor = executor;
        this.clock = clock;
        this.owner = owner;
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
                .acquire(STREAM, owner, tenant.settings().lease())
                .map(lease -> startSession(
                        tenant,
                        lease,
                        endpoint.get(),
                        to == null ? "jobfeed.changes.to" : "who asked for them",
                        waiting))
                .orElse(null);
    }

    private EndpointBackoff backoff(Tenant tenant) {
        return backoffs.computeIfAbsent(tenant.name(), name -> new EndpointBackoff());
    }

    /** Starts a session with lease renewal, because a broker may take longer for one message than the lease lasts. */
    private RelaySession startSession(
            Tenant tenant, Lease lease, String to, String receiver, List<OutboxSource> waiting) {
        RelaySession session = new RelaySession(tenant, lease, to, receiver, waiting);
        session.beats(LeaseRenewer.of(
                executor, tenant.leases(), lease, tenant.settings().lease(), session::lose));
        return session;
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
        if (session.isLost()) {
            throw LeaseLostException.of(STREAM);
        }
        Duration lease = session.tenant().settings().lease();
        if (session.nanosSinceProof() > lease.toNanos() / 4) {
            session.tenant().leases().renew(session.lease(), lease);
            session.proven();
        }
    }

    /** Records that an event was sent. */
    public void sent(RelaySession session, JobfeedCloudEvent event) {
        session.source().sent(event, now());
        if (session.sent() == 0) {
            backoff(session.tenant()).end();
            session.tenant().alerts().clear(STREAM, FAILED);
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
            LOG.warn("Another process sends events now, because this one was not running for a while.");
            return;
        }
        Tenant tenant = session.tenant();
        Duration delay =
                backoff(tenant).begin(clock.instant(), tenant.settings().timeScale(), random);
        String message = "Events cannot be sent to " + session.receiver() + ": "
                + describe(thrown).replaceFirst("[.]$", "") + ".";
        LOG.warn("{} They wait, and are tried again in {} ms.", message, delay.toMillis());
        tenant.alerts()
                .raise(
                        STREAM,
                        FAILED,
                        message,
                        "Nothing is lost and no sync waits; it is tried again until it succeeds.");
    }

    /** Describes the cause; URIs are sanitized, because they may contain a password. */
    private static String describe(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof HttpOperationFailedException response) {
            return "the answer was " + response.getStatusCode();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : URISupport.sanitizeUri(root.getMessage());
    }

    /** Releases the lease, and deletes some of the events that were sent long ago. */
    public void end(RelaySession session) {
        session.heartbeat().close();
        try {
            OffsetDateTime before = now().minus(session.tenant().settings().duration("jobfeed.changes.keep"));
            session.sources().forEach(source -> source.forget(before));
        } finally {
            session.tenant().leases().release(session.lease());
        }
        if (session.sent() > 0) {
            LOG.debug("{} events sent", session.sent());
        }
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
