package dev.jobfeed.sync;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.MDC;

/**
 * Sets the MDC keys of a thread that works for an attempt: {@code jobfeedRun}, {@code jobfeedStream} and, for a tenant
 * with a name, {@code jobfeedTenant}.
 */
public final class MdcContext {

    private static final String RUN = "jobfeedRun";
    private static final String STREAM = "jobfeedStream";
    private static final String TENANT = "jobfeedTenant";

    private MdcContext() {}

    static void set(SyncAttempt attempt) {
        MDC.put(STREAM, attempt.stream());
        if (!attempt.tenant().isDefault()) {
            MDC.put(TENANT, attempt.tenant().name());
        }
        if (attempt.run() != null) {
            MDC.put(RUN, Long.toString(attempt.run().id()));
        }
    }

    static void clear() {
        MDC.remove(RUN);
        MDC.remove(STREAM);
        MDC.remove(TENANT);
    }

    /**
     * Names the attempt of an MDC.
     *
     * @param tenant empty for the default tenant
     */
    public record Attempt(String tenant, long run) {}

    /** Returns the attempt that the keys name; empty outside a run. */
    public static Optional<Attempt> attempt(Map<String, String> mdc) {
        return Optional.ofNullable(mdc.get(RUN))
                .map(run -> new Attempt(mdc.getOrDefault(TENANT, ""), Long.parseLong(run)));
    }

    /** Runs work for an attempt on a shared thread, with the attempt's MDC keys. */
    public static <T> T with(SyncAttempt attempt, Supplier<T> work) {
        set(attempt);
        try {
            return work.get();
        } finally {
            clear();
        }
    }
}
