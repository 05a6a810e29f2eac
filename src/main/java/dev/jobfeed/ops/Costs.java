package dev.jobfeed.ops;

import dev.jobfeed.run.Run;
import dev.jobfeed.run.RunMode;
import dev.jobfeed.run.RunStore;
import dev.jobfeed.run.SyncState;
import dev.jobfeed.store.Sql;
import dev.jobfeed.tenant.Tenant;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** What an action may cost, by what earlier runs brought and cost. Asks the API for nothing. */
final class Costs {

    private final Tenant tenant;
    private final NamedParameterJdbcTemplate jdbc;
    private final RunStore runs;
    private final JobCounts counts;

    Costs(Tenant tenant, JobCounts counts) {
        this.tenant = tenant;
        this.jdbc = new NamedParameterJdbcTemplate(tenant.dataSource());
        this.runs = tenant.runs();
        this.counts = counts;
    }

    /**
     * A cost.
     *
     * @param rows null when there is nothing to go by
     * @param creditsPerRow null when nothing was ever charged
     * @param text all of it in words
     */
    record Cost(Long rows, BigDecimal creditsPerRow, String text) {

        BigDecimal credits() {
            return rows == null || creditsPerRow == null
                    ? null
                    : creditsPerRow.multiply(BigDecimal.valueOf(rows)).setScale(0, RoundingMode.UP);
        }

        static Cost nothing(String text) {
            return new Cost(0L, BigDecimal.ZERO, text + " The API is asked for nothing, and nothing is charged.");
        }
    }

    /** The next attempt on a stream. */
    Cost sync(String stream) {
        SyncState state = runs.state(stream);
        if (state.resyncRequestedAt() != null) {
            return resync(stream);
        }
        if (state.openRunId() != null) {
            Run open = runs.run(state.openRunId());
            Long left = open.estimatedTotal() == null
                    ? null
                    : Long.valueOf(
                            Math.max(0, open.estimatedTotal() - open.counts().received()));
            return cost(
                    stream,
                    left,
                    "Goes on with the open run " + open.id() + " ("
                            + open.mode().name().toLowerCase(Locale.ROOT) + "), of which "
                            + (left == null ? "an unknown number of" : "about " + number(left)) + " rows are left");
        }
        if (state.lastRunStartedAt() == null) {
            return cost(
                    stream, null, "The first run reads the whole feed; how many rows that is, its first page tells");
        }
        Long rows = average(stream, RunMode.INCREMENTAL);
        return cost(
                stream,
                rows,
                rows == null
                        ? "An incremental run; there is no earlier one to go by"
                        : "An incremental run; the last ones brought " + number(rows) + " rows on average");
    }

    /** The whole feed anew. */
    Cost resync(String stream) {
        Long rows;
        if (stream.equals("jobs")) {
            rows = counts.now().stream().mapToLong(JobCounts.OfSource::active).sum();
        } else {
            rows = average(stream, RunMode.BACKFILL);
        }
        return cost(
                stream,
                rows,
                "The whole feed is read anew"
                        + (rows == null
                                ? "; how many rows that is, its first page tells"
                                : ": about " + number(rows) + " rows")
                        + ", and what it does not bring expires");
    }

    private Cost cost(String stream, Long rows, String what) {
        BigDecimal price = runs.lastPrice(stream).orElse(null);
        Cost cost = new Cost(rows, price, what);
        if (price == null) {
            return new Cost(rows, null, what + ". Nothing was charged so far, as under a subscription.");
        }
        String each =
                price.setScale(2, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString();
        return new Cost(
                rows,
                price,
                what + ", at " + each + " credits each"
                        + (rows == null
                                ? "."
                                : ": about " + number(cost.credits().longValue()) + " credits."));
    }

    private Long average(String stream, RunMode mode) {
        return jdbc.queryForObject(
                Sql.text("run-averages", tenant.database()),
                Map.of("stream", stream, "mode", mode.name().toLowerCase(Locale.ROOT)),
                (row, i) -> row.getLong("runs") == 0 ? null : (Long) Math.round(row.getDouble("received")));
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
