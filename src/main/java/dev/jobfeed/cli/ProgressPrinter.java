package dev.jobfeed.cli;

import dev.jobfeed.config.Plurals;
import dev.jobfeed.console.RunProgress;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.sync.SyncAttempt;
import dev.jobfeed.sync.SyncCoordinator;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Prints the progress of an attempt on stderr: one live line on a terminal, otherwise a plain line every few seconds.
 */
final class ProgressPrinter implements AutoCloseable {

    private static final String ERASE_LINE = "\r\033[2K";

    /** The terminal cuts the live line at its width: a wrapped line could not be erased. */
    private static final String NO_WRAP = "\033[?7l";

    private static final String WRAP = "\033[?7h";

    private final SyncCoordinator coordinator;
    private final boolean live;
    private final PrintStream out;
    private final PrintStream before = System.err;
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "jobfeed-progress");
        thread.setDaemon(true);
        return thread;
    });

    private ProgressPrinter(SyncCoordinator coordinator, boolean live) {
        this.coordinator = coordinator;
        this.live = live;
        this.out = before;
    }

    static ProgressPrinter start(SyncCoordinator coordinator) {
        boolean live = Boolean.getBoolean("jobfeed.terminal");
        ProgressPrinter progress = new ProgressPrinter(coordinator, live);
        if (live) {
            System.setErr(new EraseBeforeLine(progress.out));
        }
        long period = live ? 250 : 5000;
        progress.ticker.scheduleAtFixedRate(progress::show, period, period, TimeUnit.MILLISECONDS);
        return progress;
    }

    private void show() {
        coordinator.active().filter(attempt -> attempt.run() != null).forEach(attempt -> {
            String line = line(attempt);
            if (live) {
                out.print(ERASE_LINE + NO_WRAP + line + WRAP);
                out.flush();
            } else {
                out.println(line);
            }
        });
    }

    private static String line(SyncAttempt attempt) {
        Run run = attempt.run();
        RunProgress progress = RunProgress.of(attempt);
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "%s: %s, %s, %s",
                attempt.source().property(),
                progress.phase(),
                Plurals.of(run.pages(), "page"),
                Plurals.of(run.counts().received(), "row")));
        line.append(
                progress.rowsPerSecond() == null
                        ? ", waiting"
                        : String.format(Locale.ROOT, ", %,.0f rows/s", progress.rowsPerSecond()));
        if (progress.share() != null) {
            line.append(String.format(Locale.ROOT, ", %.0f %%", 100 * progress.share()));
        }
        if (progress.left() != null) {
            line.append(", ").append(Times.duration(progress.left())).append(" left");
        }
        if (attempt.usage().balance() != null) {
            line.append(", ").append(attempt.usage().balance()).append(" credits");
        }
        return line.toString();
    }

    @Override
    public void close() {
        ticker.shutdownNow();
        if (live) {
            out.print(ERASE_LINE);
            out.flush();
            System.setErr(before);
        }
    }

    /** Erases the live line before each log line; the live line is printed again below it. */
    private static final class EraseBeforeLine extends PrintStream {

        EraseBeforeLine(PrintStream out) {
            super(out, true);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            byte[] erase = ERASE_LINE.getBytes(StandardCharsets.US_ASCII);
            super.write(erase, 0, erase.length);
            super.write(bytes, from, length);
        }
    }
}
