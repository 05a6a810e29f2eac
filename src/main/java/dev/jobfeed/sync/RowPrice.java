package dev.jobfeed.sync;

import dev.jobfeed.feed.FeedDefinition;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;

/**
 * Price of a feed's row, and its origin.
 *
 * @param credits per row; zero if rows came without a charge (as with a subscription)
 * @param isDocumented whether it is the documented price, because no row was received yet
 */
public record RowPrice(FeedDefinition source, BigDecimal credits, boolean isDocumented) {

    /**
     * Returns the observed price, else the documented one.
     *
     * @param seen observed credits per row; empty before the first row
     */
    public static RowPrice of(FeedDefinition source, Optional<BigDecimal> seen) {
        return seen.map(credits -> new RowPrice(source, credits, false))
                .orElseGet(() -> new RowPrice(source, source.documentedPrice(), true));
    }

    /**
     * Returns the cost of some rows in whole credits, rounded up.
     *
     * @param rows null if not known
     * @return null if the number of rows is not known
     */
    public BigDecimal of(Long rows) {
        return rows == null ? null : credits.multiply(BigDecimal.valueOf(rows)).setScale(0, RoundingMode.UP);
    }

    /** Returns the origin of the price: {@code documented}, {@code charged} or {@code uncharged}. */
    public String origin() {
        return isDocumented ? "documented" : credits.signum() > 0 ? "charged" : "uncharged";
    }

    /**
     * Describes the cost of a run's rows, as the end of a sentence about them.
     *
     * @param rows null if not known
     * @param pageRows maximum number of rows of a page
     */
    public String text(Long rows, int pageRows) {
        if (credits.signum() == 0) {
            return ". No credits charged so far (as with a subscription).";
        }
        boolean isMost = isDocumented && source.isIncludedInSubscription();
        String each =
                credits.setScale(2, RoundingMode.HALF_UP).stripTrailingZeros().toPlainString();
        return ", at " + (isMost ? "up to " : "") + each + " credits each"
                + (isDocumented
                        ? isMost ? " (documented price; a Feed subscription includes them)" : " (documented price)"
                        : "")
                + ": "
                + (rows == null
                        ? "the cost of the whole is not known beforehand, "
                        : (isMost ? "up to " : "about ") + number(of(rows)) + " credits, ")
                + "up to " + number(of((long) pageRows)) + " credits for one page of "
                + number(BigDecimal.valueOf(pageRows))
                + " rows.";
    }

    private static String number(BigDecimal number) {
        return String.format(Locale.ROOT, "%,d", number.toBigInteger());
    }
}
