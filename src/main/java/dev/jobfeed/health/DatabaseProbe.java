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
 * Reads the streams' states from the database of every tenant, on threads of its own: a health check never waits for a
 * database that is frozen, nor for a pool that others have emptied. Safe for use by several threads.
 */
public final class DatabaseProbe {

    /** How long the checks wait for an answer that is on its way, together and at most once for each probe. */
    private static final Duration PATIENCE = Duration.ofMillis(500);

    /** A database that has not answered a probe for this long counts as unavailable. */
    private static final Duration OVERDUE = Duration.ofSeconds(5);

    /** A probe that has no answer after this long is given up, because its connection may be one that nothing comes from. */
    private static final Duration ABANDONED = Duration.ofMinutes(1);

    private final TenantRegistry tenants;
    private final Executor executor;
    private final Map<Tenant, Probe> running = new HashMap<>();
    private final Map<Tenant, Outcome> last = new HashMap<>();

    /**
     * Creates a probe.
     *
     * @param executor runs one probe a tenant, and another after each minute in which it has no answer
     */
    public DatabaseProbe(TenantRegistry tenants, Executor executor) {
        this.tenants = tenants;
        this.executor = executor;
    }

    /**
     * What a database answered.
     *
     * @param states by stream; empty when the database did not answer
     * @param failure null when it did
     */
    record Outcome(Map<ScheduledStream, StreamState> states, String failure) {}

    /** A question that has no answer yet. */
    private record Probe(long startedNanos, CompletableFuture<Void> answered) {

        Duration age() {
            return Duration.ofNanos(System.nanoTime() - startedNanos);
        }
    }

    /** Returns what each tenant's database answers now, or what it answered last when it takes its time. */
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
            executor.execute(() -> finish(tenant, next, ask(tenant)));
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
        probe.answered().complete(null);
    }

    private static Outcome ask(Tenant tenant) {
        try {
            Map<ScheduledStream, StreamState> states = new EnumMap<>(ScheduledStream.class);
            for (ScheduledStream flow : ScheduledStream.values()) {
                states.put(flow, tenant.runs().state(flow.stream()));
            }
            return new Outcome(states, null);
        } catch (RuntimeException e) {
            return new Outcome(Map.of(), ProblemTranslator.describe(e));
        }
    }

    private Outcome outcome(Tenant tenant) {
        running(tenant).ifPresent(probe -> probe.answered()
                .copy()
                .completeOnTimeout(null, PATIENCE.minus(probe.age()).toMillis(), TimeUnit.MILLISECONDS)
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
