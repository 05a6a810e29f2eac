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
 * The pages of the feed that were bought, against those that were needed.
 *
 * <p>Bought is every request that was answered with a page of the sandbox, whole, cut or with something wrong in it: the
 * API charges for all of these. Needed is what was committed: the sum of {@code pages} over {@code sync_run}. A page that
 * was read again after a restart of its run's pagination was committed again, and so was needed again.
 *
 * <p>That alone would let a run commit a page twice and call it needed. So a page that was bought twice, which is one
 * request body twice within one run, needs a reason as well: a kill, a spoiled answer, or a restart of its run.
 */
final class PurchasedPages {

    /** Two pages may be in flight when a process is killed: one being asked for, one being written. */
    private static final int PAGES_A_KILL = 2;

    /** Answers with rows that cannot be used, and have to be bought again. */
    private static final Set<String> SPOILED = Set.of("truncated", "no_has_more", "text_has_more", "no_cursor");

    /** Other faults of pages that are stored; an empty page costs nothing. */
    private static final Set<String> STORED =
            Set.of("delay", "plain_ids", "repeated_cursor", "cursor_cycle", "repeated_pages", "empty_page");

    private record RunPages(Instant startedAt, long pages, int restarts, BigDecimal credits) {}

    private final List<RunPages> runs;
    private final NavigableSet<Instant> starts;
    private final List<LoggedRequest> bought;
    private final long spoiled;

    private PurchasedPages(List<RunPages> runs, List<LoggedRequest> bought) {
        this.runs = runs;
        this.starts = runs.stream().map(RunPages::startedAt).collect(Collectors.toCollection(TreeSet::new));
        this.bought = bought;
        this.spoiled = bought.stream().filter(PurchasedPages::isSpoiled).count();
    }

    /** The bill of a stream that is read from this endpoint. */
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
            List<LoggedRequest> bought = sandbox.log().entries(source.path()).stream()
                    .filter(PurchasedPages::isPage)
                    .toList();
            return new PurchasedPages(runs, bought);
        }
    }

    private static boolean isPage(LoggedRequest request) {
        String fault = request.fault();
        return request.status() == 200
                && (fault == null || STORED.contains(fault) || fault.startsWith("row_") || SPOILED.contains(fault));
    }

    /** A page of nothing but old bad rows looks as if the server ignored the window, and is refused. */
    private static boolean isSpoiled(LoggedRequest page) {
        return page.fault() != null
                && (SPOILED.contains(page.fault()) || page.fault().startsWith("row_") && page.rows() == 0);
    }

    /**
     * Nothing was bought without a reason.
     *
     * @param kills of processes that worked on the stream
     * @param clocksAreSet whether a first page may turn out to have been requested with a wrong window
     */
    void assertIsJustified(int kills, boolean clocksAreSet) {
        long committed = runs.stream().mapToLong(RunPages::pages).sum();
        long excused = (long) PAGES_A_KILL * kills + spoiled + (clocksAreSet ? runs.size() : 0);
        assertThat((long) bought.size())
                .as("pages bought; committed were %d, spoiled %d, and kills %d", committed, spoiled, kills)
                .isBetween(committed, committed + excused);
    }

    /** No page was bought twice within a run without a reason; for clocks that are not set. */
    void assertNothingIsBoughtAgain(int kills) {
        long excused = (long) PAGES_A_KILL * kills + spoiled;
        long readAgain = runs.stream()
                .filter(run -> run.restarts() > 0)
                .mapToLong(RunPages::pages)
                .sum();
        assertThat(boughtAgain())
                .as(
                        "pages bought again; spoiled were %d, kills %d, and read again after a restart at most %d",
                        spoiled, kills, readAgain)
                .isLessThanOrEqualTo(excused + readAgain);
    }

    /**
     * What the runs say they cost is what was charged.
     *
     * @param price of a row
     * @param mostRows of a page
     */
    void assertCosts(BigDecimal price, int mostRows, int kills) {
        BigDecimal said = runs.stream().map(RunPages::credits).reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal charged = price.multiply(
                BigDecimal.valueOf(bought.stream().mapToInt(LoggedRequest::rows).sum()));
        // the answer with the cost of these may never have arrived, or, with a page that could not be read, not been
        // saved
        long unknown = 2L * PAGES_A_KILL * kills
                + bought.stream()
                        .filter(page -> "truncated".equals(page.fault()))
                        .count();
        assertThat(said)
                .as(
                        "credits that the runs say they cost; charged were %s, unknown is the cost of %d pages",
                        charged, unknown)
                .isBetween(charged.subtract(price.multiply(BigDecimal.valueOf(mostRows * unknown))), charged);
    }

    private long boughtAgain() {
        Map<Instant, List<LoggedRequest>> byRun =
                bought.stream().collect(Collectors.groupingBy(this::runAt, TreeMap::new, Collectors.toList()));
        return byRun.values().stream().mapToLong(PurchasedPages::repetitions).sum();
    }

    /** The start of a run whose first attempt was killed before it stored an answer is that of its next attempt. */
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
