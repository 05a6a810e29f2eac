package dev.jobfeed.console;

import dev.jobfeed.persistence.Run;
import dev.jobfeed.sync.SyncAttempt;
import java.time.Duration;
import java.util.Locale;

/**
 * Progress of a run.
 *
 * @param phase current phase
 * @param rowsPerSecond null while the attempt waits, or if another process runs it
 * @param share received share of the feed, 0 to 1; null if the server gave no total
 * @param left estimated remaining time; null if not known
 */
public record RunProgress(String phase, Double rowsPerSecond, Double share, Duration left) {

    /** Returns the progress of an attempt of this process; its run has to be open. */
    public static RunProgress of(SyncAttempt attempt) {
        Run run = attempt.run();
        double rate = attempt.progress().rows()
                / Math.max(0.001, attempt.progress().elapsed().toMillis() / 1000.0);
        RunProgress stored = of(run);
        return new RunProgress(
                attempt.isSwept() ? stored.phase : "sweep",
                attempt.isWaiting() ? null : (Double) rate,
                stored.share,
                stored.share == null || rate <= 0
                        ? null
                        : Duration.ofSeconds((long) (run.estimatedTotal() * (1 - stored.share) / rate)));
    }

    /** Returns the progress of a run from its row. */
    public static RunProgress of(Run run) {
        String phase = run.phase().name().toLowerCase(Locale.ROOT);
        Double share = run.estimatedTotal() == null || run.estimatedTotal() <= 0
                ? null
                : (Double) Math.min(1.0, (double) run.counts().received() / run.estimatedTotal());
        return new RunProgress(phase, null, share, null);
    }
}
