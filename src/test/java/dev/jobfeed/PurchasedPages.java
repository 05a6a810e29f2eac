package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Compares the purchased pages of the feed with the necessary ones.
 *
 * <p>Purchased is every request that was answered with a page of the sandbox, complete, truncated or with invalid
 * content: the API charges for all of these. Necessary is what was committed: the sum of {@code pages} over
 * {@code sync_run}. A page that was read again after its run restarted the pagination was committed again, and so was
 * necessary again.
 *
 * <p>That alone would let a run commit a page twice. So a page that was purchased twice, as the same request body
 * within one run, needs a reason as well: a kill, an unusable response, or a restart of the pagination.
 */
final class PurchasedPages {

    /** Limits the pages in flight when a process is killed: one being requested, one being written. */
    private static final int PAGES_PER_KILL = 2;

    /** Lists faults whose rows cannot be used, and have to be purchased again. */
    private static final Set<String> UNUSABLE = Set.of("truncated", "no_has_more", "text_has_more", "no_cursor");

    /** Lists other faults of pages that are stored; an empty page costs nothing. */
    private static final Set<String> STORED =
            Set.of("delay", "plain_ids", "repeated_cursor", "cursor_cycle", "repeated_pages", "empty_page");

    private record RunPages(Instant startedAt, long pages, int cursorResets, BigDecimal credits) {}

    private final List<RunPages> runs;
    private final NavigableSet<Instant> starts;
    private final List<LoggedRequest> purchased;
    private final long unusable;

    private PurchasedPages(List<RunPages> runs, List<LoggedRequest> purchased) {
        this.runs = runs;
        this.starts = runs.stream().map(RunPages::startedAt).collect(Collectors.toCollection(TreeSet::new));
        this.purchased = purchased;
        this.unusable = purchased.stream().filter(PurchasedPages::isUnusable).count();
    }

    /** Reads the purchased pages of a stream from the log of the sandbox, and the committed ones from the store. */
    static PurchasedPages of(Sandbox sandbox, String url, FeedDefinition source) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            List<RunPages> runs = new JdbcTemplate(new SingleConnectionDataSource(connection, true))
                    .query(
                            "select run_started_at, pages, cursor_resets, credits_spent from sync_run where stream = ?",
                            (row, i) -> new RunPages(
                                    row.getObject(1, OffsetDateTime.class).toInstant(),
                                    row.getLong(2),
                                    row.getInt(3),
                                    row.getBigDecimal(4)),
                            source.stream());
            List<LoggedRequest> purchased = sandbox.log().entries(source.path()).stream()
                    .filter(PurchasedPages::isPage)
                    .toList();
            return new PurchasedPages(runs, purchased);
        }
    }

    private static boolean isPage(LoggedRequest request) {
        String fault = request.fault();
        return request.status() == 200
                && (fault == null || STORED.contains(fault) || fault.startsWith("row_") || UNUSABLE.contains(fault));
    }

    /**
     * Returns whether a page has to be purchased again; one of old invalid rows only looks as if the server ignored the
     * window, and is rejected.
     */
    private static boolean isUnusable(LoggedRequest page) {
        return page.fault() != null
                && (UNUSABLE.contains(page.fault()) || page.fault().startsWith("row_") && page.rows() == 0);
    }

    /**
     * Asserts that no page was purchased without a reason.
     *
     * @param kills of processes that worked on the stream
     * @param clocksAreSet whether a first page may have been requested with a wrong window
     */
    void assertIsJustified(int kills, boolean clocksAreSet) {
        long committed = runs.stream().mapToLong(RunPages::pages).sum();
        long excused = (long) PAGES_PER_KILL * kills + unusable + (clocksAreSet ? runs.size() : 0);
        assertThat((long) purchased.size())
                .as("purchased pages; committed %d, unusable %d, kills %d", committed, unusable, kills)
                .isBetween(committed, committed + excused);
    }

    /** Asserts that no page was purchased twice within a run without a reason; for rounds without clock changes. */
    void assertNoPageIsPurchasedTwice(int kills) {
        long excused = (long) PAGES_PER_KILL * kills + unusable;
        long reread = runs.stream()
                .filter(run -> run.cursorResets() > 0)
                .mapToLong(RunPages::pages)
                .sum();
        assertThat(purchasedAgain())
                .as(
                        "pages purchased again; unusable %d, kills %d, read again after a restart at most %d",
                        unusable, kills, reread)
                .isLessThanOrEqualTo(excused + reread);
    }

    /**
     * Asserts that the runs report what was charged.
     *
     * @param price of a row
     * @param mostRows of a page
     */
    void assertReportedCosts(BigDecimal price, int mostRows, int kills) {
        BigDecimal reported = runs.stream().map(RunPages::credits).reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal charged = price.multiply(BigDecimal.valueOf(
                purchased.stream().mapToInt(LoggedRequest::rows).sum()));
        // the response with the cost of these pages may have been lost or, if the page could not be read, not
        // saved
        long unknown = 2L * PAGES_PER_KILL * kills
                + purchased.stream()
                        .filter(page -> "truncated".equals(page.fault()))
                        .count();
        assertThat(reported)
                .as("reported credits; charged %s, cost unknown for %d pages", charged, unknown)
                .isBetween(charged.subtract(price.multiply(BigDecimal.valueOf(mostRows * unknown))), charged);
    }

    private long purchasedAgain() {
        Map<Instant, List<LoggedRequest>> byRun =
                purchased.stream().collect(Collectors.groupingBy(this::runAt, TreeMap::new, Collectors.toList()));
        return byRun.values().stream().mapToLong(PurchasedPages::repetitions).sum();
    }

    /**
     * Returns the start of the run of a request. If its first attempt was killed before it stored a response, that is
     * the start of the next attempt.
     */
    private Instant runAt(LoggedRequest request) {
        Instant start = starts.floor(request.time());
        return start == null ? starts.first() : start;
    }

    private static long repetitions(List<LoggedRequest> requests) {
        Map<String, Long> times = requests.stream()
                .map(LoggedRequest::body)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return requests.size() - times.size();
    }
}
