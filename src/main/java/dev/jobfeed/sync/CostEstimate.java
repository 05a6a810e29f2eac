package dev.jobfeed.sync;

import dev.jobfeed.persistence.RunMode;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * What the next attempt is expected to bring and to cost.
 *
 * @param rows how many rows; null when neither the server nor an earlier run tells
 * @param pageRows how many rows a page has at most
 * @param charged what the estimate's own request was charged, in credits; null when nothing
 */
public record CostEstimate(String stream, RunMode mode, Long rows, Price price, int pageRows, BigDecimal charged) {

    /** What a row costs, in credits. */
    public BigDecimal creditsPerRow() {
        return price.credits();
    }

    /** Credits for a full page. */
    public BigDecimal pageCredits() {
        return price.of((long) pageRows);
    }

    /** Credits in all; null when it is not known how many rows there are. */
    public BigDecimal credits() {
        return price.of(rows);
    }

    /** In words. */
    public String text() {
        return stream + ": the next run (" + mode.name().toLowerCase(Locale.ROOT) + ") may bring "
                + (rows == null
                        ? "any number of rows, because the server gives no total and no earlier run tells"
                        : "about " + rows + " rows")
                + price.text(rows, pageRows)
                + (charged == null || charged.signum() == 0
                        ? ""
                        : " The request for this estimate was charged "
                                + charged.stripTrailingZeros().toPlainString() + " credits.");
    }
}
