package dev.jobfeed.jobby;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps the requests of each operation within its limit a minute. All ids of a path template share one limit. The
 * limit is that of the table until a response states another one. Thread-safe.
 */
final class JobbyRateLimiter {

    private static final Duration WINDOW = Duration.ofMinutes(1);

    /** Limit up to which the last request of a window is used; the documentation advises to keep one of more. */
    private static final int SMALL_LIMIT = 3;

    private final Map<String, State> states = new HashMap<>();

    private static final class State {

        private int limit;
        private int left;
        private long reset;
        private Instant end = Instant.MIN;
        private Instant notBefore = Instant.MIN;

        private State(int limit) {
            this.limit = limit;
        }

        private boolean isUsedUp() {
            return left <= (limit > SMALL_LIMIT ? 1 : 0);
        }
    }

    private State of(JobbyOperation operation) {
        return states.computeIfAbsent(operation.id(), id -> new State(operation.perMinute()));
    }

    /**
     * Takes one request of the window, if there is one.
     *
     * @param timeScale factor of all waits
     */
    synchronized boolean take(JobbyOperation operation, Instant now, double timeScale) {
        State state = of(operation);
        if (now.isBefore(state.notBefore)) {
            return false;
        }
        if (!now.isBefore(state.end)) {
            state.left = state.limit;
            state.end = now.plus(scaled(WINDOW, timeScale));
        }
        if (state.isUsedUp()) {
            state.notBefore = state.end;
            return false;
        }
        state.left--;
        return true;
    }

    /** Returns the time until the next request may be sent; zero or negative if it may be sent now. */
    synchronized Duration pause(JobbyOperation operation, Instant now) {
        Instant notBefore = of(operation).notBefore;
        return notBefore.equals(Instant.MIN) ? Duration.ZERO : Duration.between(now, notBefore);
    }

    /**
     * Records what a response states.
     *
     * @param limit X-RateLimit-Limit
     * @param remaining X-RateLimit-Remaining
     * @param reset X-RateLimit-Reset in Unix seconds
     * @param untilReset time until the reset by the server's clock
     * @return the wait of the next request; zero if there is none
     */
    synchronized Duration onResponse(
            JobbyOperation operation,
            Optional<Long> limit,
            Optional<Long> remaining,
            Optional<Long> reset,
            Optional<Duration> untilReset,
            Instant now,
            double timeScale) {
        State state = of(operation);
        limit.filter(stated -> stated > 0).ifPresent(stated -> state.limit = capped(stated));
        if (remaining.isPresent() && reset.isPresent() && untilReset.isPresent()) {
            // requests that are in flight are counted here, and perhaps not yet there
            boolean isNewWindow = reset.get() > state.reset;
            state.left = isNewWindow ? capped(remaining.get()) : Math.min(state.left, capped(remaining.get()));
            state.reset = reset.get();
            state.end = now.plus(scaled(untilReset.get(), timeScale));
            state.notBefore = state.isUsedUp() ? state.end : Instant.MIN;
        }
        Duration wait = state.notBefore.equals(Instant.MIN) ? Duration.ZERO : Duration.between(now, state.notBefore);
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    /** Sends no request before the interval is over. */
    synchronized void space(JobbyOperation operation, Duration interval, Instant now) {
        State state = of(operation);
        Instant earliest = now.plus(interval);
        state.notBefore = earliest.isAfter(state.notBefore) ? earliest : state.notBefore;
    }

    private static int capped(long stated) {
        return (int) Math.min(stated, Integer.MAX_VALUE);
    }

    private static Duration scaled(Duration wait, double timeScale) {
        return Duration.ofMillis((long) (wait.toMillis() * timeScale));
    }
}
