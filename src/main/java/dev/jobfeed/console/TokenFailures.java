package dev.jobfeed.console;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down clients that send wrong tokens: after ten within a minute, all actions from the address are rejected for
 * the rest of that minute, which is logged once. Thread-safe.
 */
final class TokenFailures {

    static final int MOST = 10;
    static final Duration WINDOW = Duration.ofMinutes(1);

    /** Limits memory; the addresses that failed first are dropped. */
    private static final int MOST_CLIENTS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(TokenFailures.class);

    private final LongSupplier nanos;
    private final Map<String, Failures> byClient = new LinkedHashMap<>();

    TokenFailures() {
        this(System::nanoTime);
    }

    /**
     * Creates a counter.
     *
     * @param nanos clock such as {@link System#nanoTime}
     */
    TokenFailures(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Wrong tokens since the first one within a minute. */
    private static final class Failures {
        private final long since;
        private int count;

        Failures(long since) {
            this.since = since;
        }
    }

    /**
     * Rejects a client that has sent too many wrong tokens.
     *
     * @throws HttpProblemException with 429
     */
    synchronized void check(String client) {
        Failures failures = current(client);
        if (failures != null && failures.count >= MOST) {
            throw new HttpProblemException(
                    429,
                    "Too many wrong tokens came from this address. Try again in "
                            + left(failures).plusMillis(999).toSeconds() + " s.");
        }
    }

    /** Counts a wrong token of a client. */
    synchronized void add(String client) {
        Failures failures = current(client);
        if (failures == null) {
            byClient.remove(client);
            if (byClient.size() >= MOST_CLIENTS) {
                byClient.remove(byClient.keySet().iterator().next());
            }
            failures = new Failures(nanos.getAsLong());
            byClient.put(client, failures);
        }
        if (++failures.count == MOST) {
            LOG.warn(
                    "{} wrong console tokens within a minute from {}; refusing actions from there for {} s",
                    MOST,
                    client.isEmpty() ? "an unknown address" : client,
                    left(failures).plusMillis(999).toSeconds());
        }
    }

    private Failures current(String client) {
        Failures failures = byClient.get(client);
        return failures == null || left(failures).isNegative() ? null : failures;
    }

    private Duration left(Failures failures) {
        return WINDOW.minusNanos(nanos.getAsLong() - failures.since);
    }
}
