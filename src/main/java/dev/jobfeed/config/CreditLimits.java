package dev.jobfeed.config;

import java.math.BigDecimal;
import java.util.Optional;

/** Reads the limits for plans with metered credits; an empty limit does not apply. */
public record CreditLimits(JobfeedProperties properties) {

    /** Returns the balance below which an alert is raised. */
    public Optional<BigDecimal> alertBelow() {
        return amount("jobo.credits.alert-below");
    }

    /** Returns the balance that no request may go below. */
    public Optional<BigDecimal> floor() {
        return amount("jobo.credits.floor");
    }

    /** Returns the credits that one attempt may use. */
    public Optional<BigDecimal> maxPerAttempt() {
        return amount("jobo.credits.max-per-attempt");
    }

    /** Returns the estimated cost of a run above which an operator has to confirm it. */
    public Optional<BigDecimal> confirmAbove() {
        return amount("jobo.credits.confirm-above");
    }

    private Optional<BigDecimal> amount(String property) {
        return properties.optional(property, "an amount of credits such as 5000, or nothing", value -> {
            BigDecimal credits = new BigDecimal(value);
            if (credits.signum() < 0) {
                throw new IllegalArgumentException();
            }
            return credits;
        });
    }
}
