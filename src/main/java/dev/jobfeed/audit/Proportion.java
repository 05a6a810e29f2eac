package dev.jobfeed.audit;

/**
 * The share of hits in a random sample, and the interval that contains the share of the population with 95 %
 * confidence: the score interval without continuity correction. Source: E. B. Wilson, "Probable inference, the law of
 * succession, and statistical inference", JASA 22 (1927); recommended for any size by Brown, Cai and DasGupta, "Interval
 * estimation for a binomial proportion", Statistical Science 16 (2001).
 *
 * @param hits at most {@code of}
 * @param of the size of the sample
 */
record Proportion(int hits, int of) {

    static final Proportion NONE = new Proportion(0, 0);

    /** The 0.975 quantile of the normal distribution. */
    private static final double Z = 1.959963984540054;

    Proportion plus(boolean hit) {
        return new Proportion(hits + (hit ? 1 : 0), of + 1);
    }

    /** Returns the lower end of the interval, 0 to 1; null without a sample. */
    Double lower() {
        return of == 0 ? null : (Double) Math.max(0, center() - half());
    }

    /** Returns the upper end of the interval, 0 to 1; null without a sample. */
    Double upper() {
        return of == 0 ? null : (Double) Math.min(1, center() + half());
    }

    private double center() {
        return (hits + Z * Z / 2) / (of + Z * Z);
    }

    private double half() {
        double share = (double) hits / of;
        return Z * Math.sqrt(of * share * (1 - share) + Z * Z / 4) / (of + Z * Z);
    }
}
