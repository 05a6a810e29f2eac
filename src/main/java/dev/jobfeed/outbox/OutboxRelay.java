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
 * The steps that send events on: bean {@code jobfeedOutbox}. One sends at a time, in whichever process, so that the order
 * stays; what it sent is marked behind the sending, event by event, so that everything is sent at least once.
 */
public final class OutboxRelay {

    /** The name under which its lease and its alerts are stored. */
    public static final String STREAM = "changes";

    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final String FAILED = "relay-failed";
    private static final int AT_ONCE = 100;

    private final TenantRegistry tenants;
    private final Function<Tenant, List<OutboxSource>> sources;
    private final Clock clock;
    private final LeaseOwner holder;
    private final ScheduledExecutorService heartbeats;
    private final RandomGenerator random;
    private final Map<String, EndpointBackoff> backoffs = new ConcurrentHashMap<>();

    /**
     * @param sources where a tenant's events wait; what waits in a later one is sent when nothing waits before it
     */
    public OutboxRelay(
            TenantRegistry tenants,
            Function<Tenant, List<OutboxSource>> sources,
            ScheduledExecutorService heartbeats,
            Clock clock,
            LeaseOwner holder,
            RandomGenerator random) {
        this.tenants = tenants;
        this.sources = sources;
        this.heartbeats = heartbeats;
        this.clock = clock;
        this.holder = holder;
        this.random = random;
    }

    /**
     * Asks for what happens to the jobs of the exchange's tenant: from now on, and for 30 days after the last time, every
     * process that writes to its store notes it, also when {@code jobfeed.changes.to} is empty.
     */
    public void ask(Exchange exchange) {
        tenants.forExchange(exchange).outbox().subscribe();
    }

    /**
     * Takes the right to send the events of the exchange's tenant.
     *
     * @param to the URI of the endpoint to send to, which counts as {@link #ask asking}; null for the one of
     *     {@code jobfeed.changes.to}
     * @return null when there is nothing to send, or nowhere, when somebody else sends, or when the last try failed
     *     only just now
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
                .acquire(STREAM, holder, tenant.settings().lease())
                .map(lease -> turn(
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

    /** A broker may take longer for one message than the lease lasts. */
    private RelaySession turn(Tenant tenant, Lease lease, String to, String receiver, List<OutboxSource> waiting) {
        RelaySession turn = new RelaySession(tenant, lease, to, receiver, waiting);
        turn.beats(LeaseRenewer.of(
                heartbeats, tenant.leases(), lease, tenant.settings().lease(), turn::lose));
        return turn;
    }

    /** The next events to be sent; none ends the turn. */
    public List<JobfeedCloudEvent> next(RelaySession turn) {
        return turn.next(AT_ONCE);
    }

    /**
     * Makes sure that this process is to go on, and that nobody else sends by now; to be called before each sending.
     *
     * @throws RejectedExecutionException when it is being stopped
     * @throws LeaseLostException when somebody else sends, because this process was not running for a while
     */
    public void prove(RelaySession turn, Exchange exchange) {
        if (exchange.getContext().isStopping()) {
            throw new RejectedExecutionException("This process is being stopped.");
        }
        if (turn.isLost()) {
            throw LeaseLostException.of(STREAM);
        }
        Duration lease = turn.tenant().settings().lease();
        if (turn.nanosSinceProof() > lease.toNanos() / 4) {
            turn.tenant().leases().renew(turn.lease(), lease);
            turn.proven();
        }
    }

    /** Notes that an event was sent. */
    public void sent(RelaySession turn, JobfeedCloudEvent event) {
        turn.source().sent(event, now());
        if (turn.sent() == 0) {
            backoff(turn.tenant()).end();
            turn.tenant().alerts().clear(STREAM, FAILED);
        }
        turn.hasSent();
    }

    /** Raises an alert, and holds the next try back, longer each time. */
    public void failed(RelaySession turn, Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (exchange.getContext().isStopping()) {
            return;
        }
        if (thrown instanceof LeaseLostException) {
            LOG.warn("Another process sends events by now, because this one was not running for a while.");
            return;
        }
        Tenant tenant = turn.tenant();
        Duration delay =
                backoff(tenant).begin(clock.instant(), tenant.settings().timeScale(), random);
        String words = "Events cannot be sent to " + turn.receiver() + ": "
                + words(thrown).replaceFirst("[.]$", "") + ".";
        LOG.warn("{} They wait, and are tried again in {} ms.", words, delay.toMillis());
        tenant.alerts()
                .raise(
                        STREAM,
                        FAILED,
                        words,
                        "Nothing is lost and no sync waits; it is tried again until it succeeds.");
    }

    /** Never an address as it is, which may hold a password. */
    private static String words(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof HttpOperationFailedException answer) {
            return "the answer was " + answer.getStatusCode();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : URISupport.sanitizeUri(root.getMessage());
    }

    /** Gives the right to send back, and forgets some of what was sent long ago. */
    public void end(RelaySession turn) {
        turn.heartbeat().close();
        try {
            OffsetDateTime before = now().minus(turn.tenant().settings().duration("jobfeed.changes.keep"));
            turn.sources().forEach(source -> source.forget(before));
        } finally {
            turn.tenant().leases().release(turn.lease());
        }
        if (turn.sent() > 0) {
            LOG.debug("{} events sent", turn.sent());
        }
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
