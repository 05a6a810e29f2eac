package dev.jobfeed.sync;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.AttemptFailedException;
import java.time.OffsetDateTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks whether pages and the course of a feed are plausible: bean {@code jobfeedPageValidator}. */
public final class PageValidator {

    private static final Logger LOG = LoggerFactory.getLogger(PageValidator.class);

    /** From this number of rows on, a page without a usable row is an error. */
    private static final int MIN_ROWS_TO_JUDGE = 20;

    /**
     * Checks a page before it is stored.
     *
     * @throws AttemptFailedException if the server ignored the window or delivered no usable row
     */
    public void validate(SyncAttempt attempt, FeedPage page) {
        Run run = attempt.run();
        if (isWindowIgnored(attempt, page)) {
            throw new AttemptFailedException(
                    AlertCondition.WINDOW_IGNORED,
                    "The feed was requested from " + run.windowFrom()
                            + " on, but its first page contains only far older rows: the server ignores the window."
                            + " Nothing was stored, and no further page is bought.",
                    attempt.source() == FeedDefinition.JOBS
                            ? "Check jobo.jobs.watermark-parameter."
                            : "Contact Jobo; "
                                    + attempt.tenant()
                                            .command(
                                                    "resync " + attempt.source().property())
                                    + " reads the whole feed.");
        }
        checkUsable(page);
    }

    static void checkUsable(FeedPage page) {
        checkUsable(page, "The API may have changed; look for a newer version of this bundle.");
    }

    /**
     * Checks that some row of a page can be stored.
     *
     * @param remedy what the operator can do otherwise
     * @throws AttemptFailedException if none can, and the page is not small
     */
    static void checkUsable(FeedPage page, String remedy) {
        if (page.received() >= MIN_ROWS_TO_JUDGE && page.isUnusable()) {
            throw new AttemptFailedException(
                    AlertCondition.PAGE_UNUSABLE,
                    "None of the " + page.received() + " rows of a page can be stored; the first one: "
                            + page.rejected().get(0).reason() + ".",
                    remedy + " Nothing was stored.");
        }
    }

    /**
     * Returns whether the server ignored the window. Servers overlap as well, and a few rows may all be old, so only a
     * full page with a successor counts.
     */
    private static boolean isWindowIgnored(SyncAttempt attempt, FeedPage page) {
        Run run = attempt.run();
        JobfeedProperties settings = attempt.tenant().settings();
        if (run.mode() != RunMode.INCREMENTAL
                || run.nextCursor() != null
                || !page.next().hasNext()
                || page.rows().isEmpty()
                || page.received() < attempt.source().batchSize(settings)) {
            return false;
        }
        OffsetDateTime tolerated = run.windowFrom().minus(settings.sync().overlap());
        return page.rows().stream()
                .allMatch(row ->
                        row.newestTime().map(time -> time.isBefore(tolerated)).orElse(false));
    }

    /**
     * Describes a run whose pagination has led back to a cursor that it has used; no request can continue such a run.
     */
    static AttemptFailedException stuck(SyncAttempt attempt) {
        Run run = attempt.run();
        return new AttemptFailedException(
                AlertCondition.CURSOR_STUCK,
                "The feed returned a cursor that run " + run.id() + " has used before, so the run would never end. Its "
                        + run.pages() + " pages are stored, and no further page is requested.",
                "Close the run with " + abandonCommand(attempt)
                        + "; the next attempt starts another. Or read the whole feed with "
                        + attempt.tenant().command("resync " + attempt.source().property())
                        + ". If this happens again, contact Jobo.");
    }

    /** Returns the command that closes the run of an attempt. */
    static String abandonCommand(SyncAttempt attempt) {
        return attempt.tenant().command("abandon " + attempt.source().property());
    }

    /** Fails an attempt whose feed has delivered too many empty pages in a row. */
    static void checkProgress(SyncAttempt attempt) {
        Run run = attempt.run();
        if (run.scan().isEmptyForTooLong()) {
            throw new AttemptFailedException(
                    AlertCondition.EMPTY_PAGES,
                    "The feed of run " + run.id() + " delivered " + run.scan().emptyPages()
                            + " empty pages in a row and announces more.",
                    "The next attempt continues after them. If this persists, contact Jobo; " + abandonCommand(attempt)
                            + " closes the run.");
        }
    }

    /**
     * Raises an alert if the feed goes far beyond its size without new rows. An earlier cost confirmation is void from
     * then on. Runs in the page's transaction, so that the alert is stored with the page.
     */
    public void checkSize(SyncAttempt attempt, PageChanges changes) {
        Run run = attempt.run();
        FeedProgress scan = changes.progress();
        if (attempt.pagination().exceedsSize(run, scan)) {
            long expected = attempt.pagination().expectedRows(run);
            String message = "Run " + run.id() + " has received " + scan.received() + " rows where "
                    + (run.estimatedTotal() == null
                            ? expected + " are stored"
                            : "about " + expected + " were estimated")
                    + "; the last " + scan.repeated() + " were unchanged.";
            LOG.warn("{}", message);
            attempt.tenant()
                    .alerts()
                    .raise(
                            run.stream(),
                            AlertCondition.FEED_REPEATS,
                            message,
                            "The attempt continues, within jobo.credits.confirm-above and"
                                    + " jobo.credits.max-per-attempt. If this persists, contact Jobo; stop the attempt, then "
                                    + abandonCommand(attempt) + " closes the run.");
        }
    }
}
