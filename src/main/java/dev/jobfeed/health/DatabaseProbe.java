package dev.jobfeed.health;

import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.schedule.ScheduledStream;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Reads the streams' states from the database of every tenant on separate threads, so that a health check never waits
 * for a frozen database or an exhausted pool. Thread-safe.
 */
public final class DatabaseProbe {

    /** How long all checks together wait for a running probe, at most once per probe. */
    private static final Duration MAX_WAIT = Duration.ofMillis(500);

    /** Time without a response after which a database counts as unavailable. */
    private static final Duration OVERDUE = Duration.ofSeconds(5);

    /** Time without a response after which a probe is given up, because its connection may be dead. */
    private static final Duration ABANDONED = Duration.ofMinutes(1);

    private final TenantRegistry tenants;
    private final Executor executor;
    private final Map<Tenant, Probe> running = new HashMap<>();
    private final Map<Tenant, Outcome> last = new HashMap<>();

    /**
     * Creates a probe.
     *
     * @param executor runs one probe per tenant, and another after each minute without a response
     */
    public DatabaseProbe(TenantRegistry tenants, Executor executor) {
        this.tenants = tenants;
        this.executor = executor;
    }

    /**
     * Result of a probe.
     *
     * @param states states by stream; empty if the database did not respond
     * @param failure null if the database responded
     */
    record Outcome(Map<ScheduledStream, StreamState> states, String failure) {}

    /** A running probe. */
    private record Probe(long startedNanos, CompletableFuture<Void> completed) {

        Duration age() {
            return Duration.ofNanos(System.nanoTime() - startedNanos);
        }
    }

    /** Returns the current result of each tenant's database, or the last one if the database is slow. */
    Map<Tenant, Outcome> outcomes() {
        tenants.all().forEach(this::start);
        Map<Tenant, Outcome> outcomes = new LinkedHashMap<>();
        tenants.all().forEach(tenant -> outcomes.put(tenant, outcome(tenant)));
        return outcomes;
    }

    private synchronized void start(Tenant tenant) {
        Probe probe = running.get(tenant);
        if (probe == null || probe.age().compareTo(ABANDONED) > 0) {
            Probe next = new Probe(System.nanoTime(), new CompletableFuture<>());
            running.put(tenant, next);
            executor.execute(() -> finish(tenant, next, query(tenant)));
        }
    }

    private synchronized Optional<Probe> running(Tenant tenant) {
        return Optional.ofNullable(running.get(tenant));
    }

    private void finish(Tenant tenant, Probe probe, Outcome outcome) {
        synchronized (this) {
            last.put(tenant, outcome);
            running.remove(tenant, probe);
        }
        probe.completed().complete(null);
    }

    private static Outcome query(Tenant tenant) {
        try {
            Map<ScheduledStream, StreamState> states = new EnumMap<>(ScheduledStream.class);
            for (ScheduledStream stream : ScheduledStream.values()) {
                states.put(stream, tenant.states().get(stream.stream()));
            }
            return new Outcome(states, null);
        } catch (RuntimeException e) {
            return new Outcome(Map.of(), ProblemTranslator.describe(e));
        }
    }

    private Outcome outcome(Tenant tenant) {
        running(tenant).ifPresent(probe -> probe.completed()
                .copy()
                .completeOnTimeout(null, MAX_WAIT.minus(probe.age()).toMillis(), TimeUnit.MILLISECONDS)
                .join());
        Optional<Duration> waiting = running(tenant).map(Probe::age);
        synchronized (this) {
            Outcome known = last.get(tenant);
            boolean overdue = waiting.filter(
                            age -> known == null || known.failure() == null && age.compareTo(OVERDUE) > 0)
                    .isPresent();
            return overdue
                    ? new Outcome(
                            Map.of(),
                            "The database has not answered for " + waiting.get().toSeconds() + " s.")
                    : known;
        }
    }
}
