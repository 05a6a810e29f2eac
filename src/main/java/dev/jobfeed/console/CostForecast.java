package dev.jobfeed.console;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.sync.RowPrice;
import dev.jobfeed.tenant.Tenant;
import java.math.BigDecimal;
import java.util.Locale;

/** Forecasts the cost of an action from the rows and cost of earlier runs. Sends no request to the API. */
final class CostForecast {

    private final Tenant tenant;
    private final RunRepository runs;
    private final JobCounts counts;

    CostForecast(Tenant tenant, JobCounts counts) {
        this.tenant = tenant;
        this.runs = tenant.runs();
        this.counts = counts;
    }

    /**
     * A forecast.
     *
     * @param rows null without a basis for a forecast
     * @param credits total credits; null if the number of rows is not known
     * @param text description of the forecast
     */
    record Cost(Long rows, BigDecimal credits, String text) {

        static Cost nothing(String text) {
            return new Cost(0L, BigDecimal.ZERO, text + " No request is sent to the API, and nothing is charged.");
        }
    }

    /** Forecasts the next attempt on a stream. */
    Cost sync(String stream) {
        StreamState state = tenant.states().get(stream);
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
                    "Continues the open run " + open.id() + " ("
                            + open.mode().name().toLowerCase(Locale.ROOT) + "), of which "
                            + (left == null ? "an unknown number of" : "about " + number(left)) + " rows are left");
        }
        if (state.resyncNeededSince() != null) {
            return resync(stream);
        }
        if (state.lastRunStartedAt() == null) {
            return cost(stream, null, "The first run reads the whole feed; " + unknownRows(stream));
        }
        Long rows = average(stream, RunMode.INCREMENTAL);
        return cost(
                stream,
                rows,
                rows == null
                        ? "An incremental run; there is no earlier one to go by"
                        : "An incremental run; the last ones brought " + number(rows) + " rows on average");
    }

    /** Forecasts a resync of the whole feed. */
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
                (FeedDefinition.of(stream).isExpiring() ? "Jobs that the feed no longer delivers expire. " : "")
                        + "The whole feed is read again"
                        + (rows == null ? "; " + unknownRows(stream) : ": about " + number(rows) + " rows"));
    }

    private static String unknownRows(String stream) {
        return FeedDefinition.of(stream) == FeedDefinition.JOBS
                ? "how many rows that is, its first page tells"
                : "the server does not tell how many rows that is";
    }

    private Cost cost(String stream, Long rows, String what) {
        FeedDefinition source = FeedDefinition.of(stream);
        RowPrice price = RowPrice.of(source, runs.lastPrice(stream));
        return new Cost(rows, price.of(rows), what + price.text(rows, source.batchSize(tenant.settings())));
    }

    private Long average(String stream, RunMode mode) {
        return tenant.sql()
                .statement("run-averages")
                .param("stream", stream)
                .param("mode", mode.name().toLowerCase(Locale.ROOT))
                .query((row, i) -> row.getLong("runs") == 0 ? null : (Long) Math.round(row.getDouble("received")))
                .optional()
                .orElse(null);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
