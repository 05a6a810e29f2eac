package dev.jobfeed.sync;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.tenant.Tenant;
import java.time.Duration;

/** Raises the alert about differing clocks, in the caller's transaction. */
public final class ClockAlert {

    private ClockAlert() {}

    static void raise(SyncAttempt attempt) {
        raise(attempt.tenant(), attempt.stream(), attempt.clock());
    }

    public static void raise(Tenant tenant, String stream, ServerClock clock) {
        tenant.alerts()
                .raise(
                        stream,
                        new Problem(
                                AlertCondition.CLOCK_DIFFERS,
                                describe(clock.difference()) + " Windows and watermarks follow the server's clock."));
    }

    /** Describes the difference of the clocks in a sentence. */
    public static String describe(Duration difference) {
        long seconds = Math.round(difference.toMillis() / 1000.0);
        return seconds == 0
                ? "The server's clock agrees with this machine's."
                : "The server's clock is " + Math.abs(seconds) + " s " + (seconds > 0 ? "ahead of" : "behind")
                        + " this machine's.";
    }
}
