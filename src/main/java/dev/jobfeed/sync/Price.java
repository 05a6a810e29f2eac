package dev.jobfeed.sync;

import dev.jobfeed.feed.FeedDefinition;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Optional;

/**
 * What a row of a feed costs, and how that is known.
 *
 * @param credits per row; zero where rows came without a charge, as with a subscription
 * @param isDocumented whether it is the documentation's price, because no row came yet
 */
public record Price(FeedDefinition source, BigDecimal credits, boolean isDocumented) {

    /**
     * The price that was seen, else the documentation's.
     *
     * @param seen what a row cost so far; empty before the first one
     */
    public static Price of(FeedDefinition source, Optional<BigDecimal> seen) {
        return seen.map(credits -> new Price(source, credits, false))
                .orElseGet(() -> new Price(source, source.documentedPrice(), true));
    }

    /**
     * Returns the cost of some rows in whole credits, rounded up.
     *
     * @param rows null when it is not known how many
     * @return null when the number of rows is not known
     */
    public BigDecimal of(Long rows) {
        return rows == null ? null : credits.multiply(BigDecimal.valueOf(rows)).setScale(0, RoundingMode.UP);
    }

    /** Returns how it is known: {@code documented}, {@code charged} or {@code uncharged}. */
    public String origin() {
        return isDocumented ? "documented" : credits.signum() > 0 ? "charged" : "uncharged";
    }

    /**
     * Describes what the rows of a run cost, as the end of a sentence about them.
     *
     * @param rows null when it is not known how many
     * @param pageRows how many a page has at most
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
