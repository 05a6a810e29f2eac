package dev.jobfeed.run;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * What the next attempt is expected to bring and to cost.
 *
 * @param rows how many rows; null when neither the server nor an earlier run tells
 * @param creditsPerRow what a row costs; null when nothing was ever charged
 */
public record Estimate(String stream, RunMode mode, Long rows, BigDecimal creditsPerRow) {

    /** Credits in all; null when one of the factors is not known. */
    public BigDecimal credits() {
        return rows == null || creditsPerRow == null
                ? null
                : creditsPerRow.multiply(BigDecimal.valueOf(rows)).setScale(0, RoundingMode.UP);
    }

    /** In words. */
    public String text() {
        String what = stream + ": the next run (" + mode.name().toLowerCase(Locale.ROOT) + ") ";
        if (rows == null) {
            return what + "cannot be estimated: the server gives no total, and there is no earlier run to go by";
        }
        return what + "may bring about " + rows + " rows"
                + (creditsPerRow == null
                        ? "; nothing was charged so far, as under a subscription"
                        : " at " + creditsPerRow.stripTrailingZeros().toPlainString() + " credits each: about "
                                + credits().toPlainString() + " credits");
    }
}
