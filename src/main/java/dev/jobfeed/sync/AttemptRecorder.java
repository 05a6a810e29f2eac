package dev.jobfeed.sync;

import dev.jobfeed.alert.AlertService;
import dev.jobfeed.api.ServerClock;
import dev.jobfeed.config.Plurals;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.persistence.AttemptRequests;
import dev.jobfeed.persistence.RequestUsage;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.problem.ProblemTranslator;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Saves the result of an attempt: its usage and error, and the alerts that follow from them. */
final class AttemptRecorder {

    private static final Logger LOG = LoggerFactory.getLogger(AttemptRecorder.class);

    private AttemptRecorder() {}

    /**
     * Saves usage, error, balance and alerts in one transaction, and logs the result.
     *
     * @param thrown null if the attempt did not fail
     * @throws LeaseLostException if another attempt has taken over the stream
     */
    static void save(SyncAttempt attempt, Throwable thrown) {
        if (attempt.lease().isLost()) {
            throw LeaseLostException.of(attempt.stream());
        }
        RunRepository runs = attempt.tenant().runs();
        boolean stopped = attempt.isStopping();
        Problem failure = thrown == null || stopped ? null : failure(attempt, thrown);
        String error = failure == null ? null : failure.text();
        RequestUsage usage = attempt.unsavedUsage();
        AttemptRequests requests = attempt.usage().takeRequests();
        ServerClock.Change change = attempt.clock().takeChange();
        attempt.tenant().transaction().executeWithoutResult(status -> {
            if (change != null) {
                ClockAlignment.Aligned aligned = ClockAlignment.align(attempt, change);
                attempt.aligned(aligned.state(), aligned.run());
            }
            runs.addUsage(attempt.run().id(), error, usage);
            runs.endAttempt(attempt.run().id(), error, requests);
            if (attempt.usage().balance() != null) {
                attempt.tenant()
                        .states()
                        .creditsBalance(
                                attempt.stream(),
                                attempt.usage().balance(),
                                attempt.clock().now());
                alertLowCredits(attempt);
            }
            attempt.refreshRun(runs.run(attempt.run().id()));
            if (!stopped) {
                updateAlerts(attempt, failure);
            }
            attempt.lease().fence();
        });
        attempt.saved(usage, attempt.run());
        Run run = attempt.run();
        if (attempt.progress().pages() > 1) {
            LOG.info(
                    "run {} of {}: {} pages in {}",
                    run.id(),
                    attempt.name(),
                    attempt.progress().pages(),
                    attempt.progress());
        }
        if (error != null) {
            LOG.error("run {} of {} stays open: {}", run.id(), attempt.name(), error);
        } else if (run.status().equals("open")) {
            LOG.info(
                    "run {} ({}) interrupted after {}; the next attempt resumes at its checkpoint",
                    run.id(),
                    attempt.name(),
                    Plurals.of(run.pages(), "page"));
        } else {
            LOG.info(
                    "run {} of {} succeeded: {} received ({} inserted, {} updated, {} unchanged, {} reactivated,"
                            + " {} duplicates, {} quarantined), {} expired, {}; fresh as of {}",
                    run.id(),
                    attempt.name(),
                    run.counts().received(),
                    run.counts().inserted(),
                    run.counts().updated(),
                    run.counts().unchanged(),
                    run.counts().reactivated(),
                    run.counts().duplicates(),
                    run.counts().quarantined(),
                    run.expired(),
                    Plurals.of(run.pages(), "page"),
                    run.runStartedAt());
            attempt.tenant()
                    .meters()
                    .record(
                            JobfeedMetric.RUNS,
                            Duration.between(run.runStartedAt(), run.finishedAt()),
                            run.stream(),
                            run.mode().name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private static Problem failure(SyncAttempt attempt, Throwable thrown) {
        Problem failure = ProblemTranslator.of(
                thrown, attempt.source().batchSize(attempt.tenant().settings()));
        return attempt.detail() == null
                ? failure
                : new Problem(
                        failure.condition(),
                        failure.message().replaceFirst("[.]$", "") + "; " + attempt.detail() + ".",
                        failure.remedy());
    }

    /** Raises the alert of a failure and clears all others, except those that outlast one or more runs. */
    private static void updateAlerts(SyncAttempt attempt, Problem failure) {
        AlertService alerts = attempt.tenant().alerts();
        Set<AlertCondition> lasting = AlertCondition.clearedBy(AlertCondition.ClearedBy.CAUSE);
        // a database that rejected a statement may reject this query, too
        boolean isRefused = failure != null && AlertCondition.DATABASE.is(failure.condition());
        if (!isRefused && attempt.tenant().reconcile().pending() == 0) {
            lasting.remove(AlertCondition.RECONCILE_HELD);
        }
        if (attempt.clock().isMeasured() && !attempt.clock().isDiffering()) {
            lasting.remove(AlertCondition.CLOCK_DIFFERS);
        }
        if (!attempt.run().status().equals("succeeded")) {
            lasting.addAll(AlertCondition.clearedBy(AlertCondition.ClearedBy.RUN));
        }
        if (attempt.tenant().states().get(attempt.stream()).unreadableSweepAt() != null) {
            lasting.add(AlertCondition.SWEEP_UNREADABLE);
        }
        if (failure != null) {
            alerts.raise(attempt.stream(), failure);
        }
        alerts.clearAllBut(
                attempt.stream(),
                condition -> failure != null && failure.condition().equals(condition)
                        || lasting.stream().anyMatch(each -> each.is(condition)));
    }

    private static void alertLowCredits(SyncAttempt attempt) {
        AlertService alerts = attempt.tenant().alerts();
        Optional<BigDecimal> limit = attempt.tenant().settings().credits().alertBelow();
        List<String> streams =
                Stream.of(FeedDefinition.values()).map(FeedDefinition::stream).toList();
        if (limit.isEmpty() || attempt.usage().balance().compareTo(limit.get()) >= 0) {
            // one wallet: an attempt on any stream sees the top-up
            streams.forEach(stream -> alerts.clear(stream, AlertCondition.CREDITS_LOW));
        } else if (streams.stream()
                .flatMap(stream -> alerts.open(stream).stream())
                .noneMatch(alert -> AlertCondition.CREDITS_LOW.is(alert.condition()))) {
            alerts.raise(
                    attempt.stream(),
                    new Problem(
                            AlertCondition.CREDITS_LOW,
                            "The balance is "
                                    + attempt.usage()
                                            .balance()
                                            .stripTrailingZeros()
                                            .toPlainString()
                                    + " credits, below jobo.credits.alert-below."));
        }
    }
}
