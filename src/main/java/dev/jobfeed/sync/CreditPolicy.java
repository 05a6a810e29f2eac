package dev.jobfeed.sync;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.problem.Problem;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Optional;

/** Keeps the credits of an attempt within the configured limits. Has no effect where the API charges nothing. */
final class CreditPolicy {

    private CreditPolicy() {}

    /**
     * Checks the expected cost of the next request.
     *
     * @throws AttemptFailedException if it would take the balance below the floor, exceed the cap, or needs a
     *     confirmation
     */
    static void check(SyncAttempt attempt) {
        Optional<BigDecimal> price = price(attempt);
        BigDecimal expected = expected(attempt, price);
        checkFloor(attempt, expected);
        checkCap(attempt, expected);
        price.ifPresent(p -> checkConfirmation(attempt, p, expected));
    }

    /**
     * Returns the price per row: of this attempt, else of its run, else of the last run, else the documented one. Empty
     * before the first row if a subscription may include the rows.
     */
    private static Optional<BigDecimal> price(SyncAttempt attempt) {
        Run run = attempt.run();
        FeedDefinition source = attempt.source();
        return perRow(attempt.usage().credits(), attempt.usage().receivedRows())
                .or(() -> perRow(run.creditsSpent(), run.counts().received()))
                .or(attempt.usage()::lastPrice)
                .or(() -> source.isIncludedInSubscription() ? Optional.empty() : Optional.of(source.documentedPrice()));
    }

    private static Optional<BigDecimal> perRow(BigDecimal credits, long rows) {
        return rows > 0
                ? Optional.of(credits.divide(BigDecimal.valueOf(rows), 6, RoundingMode.HALF_UP))
                : Optional.empty();
    }

    private static void checkFloor(SyncAttempt attempt, BigDecimal expected) {
        Optional<BigDecimal> floor = attempt.tenant().settings().credits().floor();
        BigDecimal stored =
                attempt.isCostConfirmed() ? null : attempt.stateBefore().creditsBalance();
        BigDecimal balance =
                attempt.usage().balance() == null ? stored : attempt.usage().balance();
        if (floor.isEmpty() || balance == null || expected.signum() == 0) {
            return;
        }
        if (balance.subtract(expected).compareTo(floor.get()) < 0) {
            throw new AttemptFailedException(
                    AlertCondition.CREDITS_FLOOR,
                    "The next request may cost " + text(expected) + " credits, which would take the balance of "
                            + text(balance) + " below jobo.credits.floor (" + text(floor.get()) + ").",
                    "Top up the wallet, then run "
                            + attempt.tenant()
                                    .command("sync " + attempt.source().property() + " --confirm-cost")
                            + " once, because the new balance is only known after a request; or lower"
                            + " the floor or the batch size.");
        }
    }

    private static void checkCap(SyncAttempt attempt, BigDecimal expected) {
        Optional<BigDecimal> cap = attempt.tenant().settings().credits().maxPerAttempt();
        if (cap.isPresent() && attempt.usage().credits().add(expected).compareTo(cap.get()) > 0) {
            throw new AttemptFailedException(
                    AlertCondition.CREDITS_CAP,
                    "One request may cost " + text(expected) + " credits, and this attempt has used "
                            + text(attempt.usage().credits()) + " of the " + text(cap.get())
                            + " that jobo.credits.max-per-attempt allows.",
                    attempt.usage().credits().signum() > 0
                            ? Problem.GOES_ON
                            : "Increase the limit, or reduce the batch size.");
        }
    }

    /** Marks the budget as exhausted if another page would exceed the cap of one attempt. */
    static void afterPage(SyncAttempt attempt) {
        if (attempt.usage().credits().signum() > 0 && !withinBudget(attempt)) {
            attempt.usage().exhaustBudget();
        }
    }

    /** Returns whether another page is within the cap of one attempt. */
    static boolean withinBudget(SyncAttempt attempt) {
        Optional<BigDecimal> cap = attempt.tenant().settings().credits().maxPerAttempt();
        return cap.isEmpty()
                || attempt.usage()
                                .credits()
                                .add(expected(attempt, price(attempt)))
                                .compareTo(cap.get())
                        <= 0;
    }

    private static BigDecimal expected(SyncAttempt attempt, Optional<BigDecimal> price) {
        return price.map(p -> p.multiply(BigDecimal.valueOf(
                        attempt.source().batchSize(attempt.tenant().settings()))))
                .orElse(BigDecimal.ZERO);
    }

    private static void checkConfirmation(SyncAttempt attempt, BigDecimal price, BigDecimal page) {
        Run run = attempt.run();
        Optional<BigDecimal> threshold = attempt.tenant().settings().credits().confirmAbove();
        // confirming a cost does not cover a feed that repeats its rows
        boolean isConfirmed = attempt.pagination().isBeyondEstimate()
                ? attempt.isCostConfirmed()
                : run.costConfirmed() || run.mode() == RunMode.INCREMENTAL;
        if (threshold.isEmpty() || isConfirmed) {
            return;
        }
        String name = "Run " + run.id() + " (" + run.mode().name().toLowerCase(java.util.Locale.ROOT) + ")";
        String limit = "jobo.credits.confirm-above (" + text(threshold.get()) + ")";
        int batchSize = attempt.source().batchSize(attempt.tenant().settings());
        BigDecimal spent = attempt.creditsOfRun();
        BigDecimal cost = spent.add(page);
        BigDecimal estimated = run.estimatedTotal() == null
                ? BigDecimal.ZERO
                : price.multiply(BigDecimal.valueOf(run.estimatedTotal()));
        String message;
        if (run.pages() == 0) {
            message = name + " may cost " + text(page) + " credits for its first page of " + batchSize
                    + " rows, more than " + limit + ". The attempt stopped before this page.";
        } else if (spent.compareTo(estimated) < 0) {
            cost = run.pages() == 1 ? estimated : BigDecimal.ZERO;
            message = name + " is expected to cost about " + text(cost.setScale(0, RoundingMode.HALF_UP))
                    + " credits for " + run.estimatedTotal() + " rows, more than " + limit
                    + ". The attempt stopped after the first page.";
        } else {
            message = name + " has cost " + text(spent) + " credits, and its next page may take it above " + limit
                    + (run.estimatedTotal() == null
                            ? "; the server does not report the number of rows."
                            : "; it has received " + run.counts().received() + " rows where about "
                                    + run.estimatedTotal() + " were estimated.");
        }
        if (cost.compareTo(threshold.get()) > 0) {
            String properties = "jobo." + attempt.source().property();
            throw new AttemptFailedException(
                    AlertCondition.COST_UNCONFIRMED,
                    message,
                    "Confirm the cost with "
                            + attempt.tenant()
                                    .command("sync " + attempt.source().property() + " --confirm-cost")
                            + ", or "
                            + (run.pages() == 0
                                    ? "reduce " + properties + ".batch-size."
                                    : "narrow " + properties + ".filter.*."));
        }
    }

    private static String text(BigDecimal credits) {
        return credits.stripTrailingZeros().toPlainString();
    }
}
