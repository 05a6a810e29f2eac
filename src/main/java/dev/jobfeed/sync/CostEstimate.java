package dev.jobfeed.sync;

import dev.jobfeed.persistence.RunMode;
import java.math.BigDecimal;
import java.util.Locale;

/**
 * Expected rows and cost of the next attempt.
 *
 * @param rows number of rows; null if neither the server nor an earlier run provides it
 * @param pageRows maximum number of rows of a page
 * @param charged credits charged for the estimate's own request; null if none
 */
public record CostEstimate(String stream, RunMode mode, Long rows, RowPrice price, int pageRows, BigDecimal charged) {

    /** Returns the credits per row. */
    public BigDecimal creditsPerRow() {
        return price.credits();
    }

    /** Returns the credits for a full page. */
    public BigDecimal pageCredits() {
        return price.of((long) pageRows);
    }

    /** Returns the total credits; null if the number of rows is not known. */
    public BigDecimal credits() {
        return price.of(rows);
    }

    /** Describes the estimate in a sentence. */
    public String text() {
        return stream + ": the next run (" + mode.name().toLowerCase(Locale.ROOT) + ") may bring "
                + (rows == null
                        ? "an unknown number of rows, because the server reports no total and there is no earlier run"
                        : "about " + rows + " rows")
                + price.text(rows, pageRows)
                + (charged == null || charged.signum() == 0
                        ? ""
                        : " The request for this estimate was charged "
                                + charged.stripTrailingZeros().toPlainString() + " credits.");
    }
}
