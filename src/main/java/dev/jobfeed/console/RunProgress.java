package dev.jobfeed.console;

import dev.jobfeed.persistence.Run;
import dev.jobfeed.sync.SyncAttempt;
import java.time.Duration;
import java.util.Locale;

/**
 * How far a run is.
 *
 * @param phase what is being done
 * @param rowsPerSecond null while it waits, and when the attempt is another process's
 * @param share of the feed that has come, 0 to 1; null when the server gave no total
 * @param left what the rest may take; null when it cannot be known
 */
public record RunProgress(String phase, Double rowsPerSecond, Double share, Duration left) {

    /** How far this process's attempt is; its run has to be open. */
    public static RunProgress of(SyncAttempt attempt) {
        Run run = attempt.run();
        double rate = attempt.rows() / Math.max(0.001, attempt.elapsed().toMillis() / 1000.0);
        RunProgress stored = of(run);
        return new RunProgress(
                attempt.isSwept() ? stored.phase : "sweep",
                attempt.isWaiting() ? null : (Double) rate,
                stored.share,
                stored.share == null || rate <= 0
                        ? null
                        : Duration.ofSeconds((long) (run.estimatedTotal() * (1 - stored.share) / rate)));
    }

    /** How far a run is by its row. */
    public static RunProgress of(Run run) {
        String phase = run.phase().name().toLowerCase(Locale.ROOT);
        Double share = run.estimatedTotal() == null || run.estimatedTotal() <= 0
                ? null
                : (Double) Math.min(1.0, (double) run.counts().received() / run.estimatedTotal());
        return new RunProgress(phase, null, share, null);
    }
}
