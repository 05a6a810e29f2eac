package dev.jobfeed.changes;

import dev.jobfeed.Settings;
import dev.jobfeed.ops.Alerts;
import dev.jobfeed.retry.FailureKind;
import dev.jobfeed.retry.RetryTiming;
import dev.jobfeed.run.Heartbeat;
import dev.jobfeed.run.Holder;
import dev.jobfeed.run.Lease;
import dev.jobfeed.run.LeaseLostException;
import dev.jobfeed.run.RunStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.util.URISupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps that send events on: bean {@code jobfeedRelay}. One sends at a time, in whichever process, so that the order
 * stays; what it sent is marked behind the sending, event by event, so that everything is sent at least once.
 */
public final class Relay {

    /** The name under which its lease and its alerts are stored. */
    public static final String STREAM = "changes";

    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final String FAILED = "relay-failed";
    private static final int AT_ONCE = 100;

    private final Settings settings;
    private final RunStore runs;
    private final List<EventSource> sources;
    private final Alerts alerts;
    private final Clock clock;
    private final Holder holder;
    private final ScheduledExecutorService heartbeats;
    private final RandomGenerator random;
    private int failures;
    private Instant notBefore = Instant.MIN;

    /**
     * @param sources where events wait; what waits in a later one is sent when nothing waits in those before it
     */
    public Relay(
            Settings settings,
            RunStore runs,
            List<EventSource> sources,
            Alerts alerts,
            Clock clock,
            Holder holder,
            ScheduledExecutorService heartbeats,
            RandomGenerator random) {
        this.settings = settings;
        this.runs = runs;
        this.sources = sources;
        this.alerts = alerts;
        this.clock = clock;
        this.holder = holder;
        this.heartbeats = heartbeats;
        this.random = random;
    }

    /**
     * Takes the right to send.
     *
     * @param to the URI of the endpoint to send to; null for the one of {@code jobfeed.changes.to}
     * @return null when there is nothing to send, or nowhere, when somebody else sends, or when the last try failed
     *     only just now
     */
    public Turn begin(String to) {
        Optional<String> endpoint = Optional.ofNullable(to).or(() -> settings.text("jobfeed.changes.to"));
        if (endpoint.isEmpty() || isBackingOff() || sources.stream().noneMatch(EventSource::isWaiting)) {
            return null;
        }
        return runs.acquire(STREAM, holder, settings.lease())
                .map(lease -> turn(lease, endpoint.get()))
                .orElse(null);
    }

    /** A broker may take longer for one message than the lease lasts. */
    private Turn turn(Lease lease, String to) {
        Turn turn = new Turn(lease, to);
        turn.beats(Heartbeat.of(heartbeats, runs, lease, settings.lease(), turn::lose));
        return turn;
    }

    private synchronized boolean isBackingOff() {
        return clock.instant().isBefore(notBefore);
    }

    /** The next events to be sent; none ends the turn. */
    public List<Event> next(Turn turn) {
        prove(turn);
        for (EventSource source : sources) {
            List<Event> events = source.waiting(AT_ONCE);
            turn.takes(source, events);
            if (!events.isEmpty()) {
                return events;
            }
        }
        return List.of();
    }

    /**
     * Makes sure that nobody else sends by now; to be called before each sending.
     *
     * @throws LeaseLostException when somebody does, because this process was not running for a while
     */
    public void prove(Turn turn) {
        if (turn.isLost()) {
            throw LeaseLostException.of(STREAM);
        }
        Duration lease = settings.lease();
        if (turn.nanosSinceProof() > lease.toNanos() / 4) {
            runs.renew(turn.lease(), lease);
            turn.proven();
        }
    }

    /** Notes that an event was sent. */
    public void sent(Turn turn, Event event) {
        turn.source().sent(event, now());
        if (turn.sent() == 0) {
            succeeded();
            alerts.clear(STREAM, FAILED);
        }
        turn.hasSent();
    }

    /** Raises an alert, and holds the next try back, longer each time. */
    public void failed(Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (exchange.getContext().isStopping()) {
            return;
        }
        if (thrown instanceof LeaseLostException) {
            LOG.warn("Another process sends changes by now; this one was not running for a while.");
            return;
        }
        Duration delay = hold();
        String words =
                "Events cannot be sent to jobfeed.changes.to: " + words(thrown).replaceFirst("[.]$", "") + ".";
        LOG.warn("{} They wait, and are tried again in {} ms.", words, delay.toMillis());
        alerts.raise(STREAM, FAILED, words, "Nothing is lost and no sync waits; it is tried again until it succeeds.");
    }

    /** Never an address, which may hold a password. */
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

    private synchronized Duration hold() {
        failures++;
        Duration delay = RetryTiming.delay(FailureKind.TROUBLE, Optional.empty(), failures, random);
        Duration scaled = Duration.ofMillis((long) (delay.toMillis() * settings.timeScale()));
        notBefore = clock.instant().plus(scaled);
        return scaled;
    }

    private synchronized void succeeded() {
        failures = 0;
        notBefore = Instant.MIN;
    }

    /** Gives the right to send back, and forgets some of what was sent long ago. */
    public void end(Turn turn) {
        turn.heartbeat().close();
        try {
            OffsetDateTime before = now().minus(settings.duration("jobfeed.changes.keep"));
            sources.forEach(source -> source.forget(before));
        } finally {
            runs.release(turn.lease());
        }
        if (turn.sent() > 0) {
            LOG.debug("{} events sent", turn.sent());
        }
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
