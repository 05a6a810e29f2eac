package dev.jobfeed.sync;

import dev.jobfeed.config.Plurals;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedRequestBuilder;
import dev.jobfeed.persistence.AttemptRequests;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.tenant.Tenant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the run of an attempt, or resumes the open one. */
public final class RunOpening {

    private static final Logger LOG = LoggerFactory.getLogger(RunOpening.class);

    private RunOpening() {}

    /**
     * Opens the stream's run, or resumes the open one with the parameters that it was opened with.
     *
     * @throws StoreOriginMismatchException if the store belongs to another server or environment
     */
    static void open(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        RunRepository runs = tenant.runs();
        List<Long> usedCursors = new ArrayList<>();
        tenant.transaction().executeWithoutResult(status -> {
            StreamState state = tenant.states().get(attempt.stream());
            if (!OriginGuard.bind(tenant, state)) {
                state = tenant.states().get(attempt.stream());
            }
            attempt.clock().assume(state.clockDifference());
            Run open = openRun(tenant, state);
            RunPlan plan = plan(tenant, state, open, null);
            boolean confirmed = attempt.isCostConfirmed() || state.resyncRequestedAt() != null;
            if (!plan.resumes() && open != null) {
                close(attempt, open, plan.reason());
            }
            long id = plan.resumes() ? open.id() : open(attempt, plan, confirmed);
            if (plan.resumes()) {
                runs.resume(id);
                if (confirmed) {
                    runs.confirmCost(id);
                    tenant.states().clearResyncRequest(attempt.stream());
                }
            }
            attempt.lease().fence();
            attempt.opened(
                    state,
                    runs.run(id),
                    tenant.states().hasOpenIssues(attempt.stream()),
                    runs.lastPrice(attempt.stream()).orElse(null));
            usedCursors.addAll(runs.cursors(id));
        });
        MdcContext.set(attempt);
        Run run = attempt.run();
        LOG.info(
                "run {} ({}) of {}: {}",
                run.id(),
                run.mode().name().toLowerCase(java.util.Locale.ROOT),
                attempt.name(),
                run.attempts() == 1
                        ? run.windowFrom() == null ? "started" : "started, from " + run.windowFrom()
                        : "resumed after " + Plurals.of(run.pages(), "page") + ", attempt " + run.attempts());
        attempt.pagination().restore(run, usedCursors);
    }

    /** Commits a run that has read its feed, and opens the next one for the same attempt. */
    public static void openNext(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        RunRepository runs = tenant.runs();
        AttemptRequests requests = attempt.usage().takeRequests();
        StreamState state = tenant.transaction().execute(status -> {
            runs.succeed(attempt.run(), attempt.clock().now());
            runs.endAttempt(attempt.run().id(), null, requests);
            StreamState committed = tenant.states().get(attempt.stream());
            RunPlan plan = plan(tenant, committed, null, attempt.clock().now());
            long next = open(attempt, plan, attempt.isCostConfirmed() || committed.resyncRequestedAt() != null);
            runs.alignClock(
                    next,
                    attempt.clock().origin(),
                    plan.windowFrom(),
                    plan.mode(),
                    attempt.clock().isMeasured());
            attempt.lease().fence();
            return tenant.states().get(attempt.stream());
        });
        attempt.aligned(state, runs.run(state.openRunId()));
        MdcContext.set(attempt);
    }

    /** Plans what an attempt would do with a stream at a time of the local clock. */
    static RunPlan plan(Tenant tenant, StreamState state, OffsetDateTime localTime) {
        OffsetDateTime now = state.serverTime(localTime);
        return plan(tenant, usable(tenant, state, now), openRun(tenant, state), now);
    }

    private static RunPlan plan(Tenant tenant, StreamState state, Run open, OffsetDateTime now) {
        String fingerprint = fingerprint(tenant, state.stream());
        return RunPlan.of(
                state,
                open,
                open != null && open.isStuck(tenant.runs().cursors(open.id())),
                tenant.runs().hasOtherFilters(state.stream(), fingerprint),
                fingerprint,
                now,
                tenant.settings().sync().overlap());
    }

    static long open(SyncAttempt attempt, RunPlan plan, boolean costConfirmed) {
        Tenant tenant = attempt.tenant();
        return tenant.runs()
                .open(
                        attempt.stream(),
                        plan.mode(),
                        plan.windowFrom(),
                        attempt.clock().origin(),
                        fingerprint(tenant, attempt.stream()),
                        costConfirmed);
    }

    static void close(SyncAttempt attempt, Run open, String reason) {
        attempt.tenant()
                .runs()
                .closeFailed(
                        open,
                        "Closed unfinished, because a resync is needed: " + reason + ".",
                        attempt.clock().now());
        LOG.warn("run {} of {} is closed unfinished: {}", open.id(), attempt.name(), reason);
    }

    /** Returns a state whose watermark is not later than the server's time. */
    static StreamState usable(Tenant tenant, StreamState state, OffsetDateTime now) {
        Optional<OffsetDateTime> substitute = Watermarks.substitute(state, now);
        StreamState usable = Watermarks.usable(
                state, now, substitute.flatMap(before -> tenant.runs().lastStart(state.stream(), before)));
        if (substitute.isPresent()) {
            LOG.warn(
                    "{}: the watermark {} is later than the server's time {}, as after a clock error; using {}",
                    tenant.stream(state.stream()),
                    state.lastRunStartedAt(),
                    now,
                    usable.lastRunStartedAt());
        }
        return usable;
    }

    private static Run openRun(Tenant tenant, StreamState state) {
        return state.openRunId() == null ? null : tenant.runs().run(state.openRunId());
    }

    private static String fingerprint(Tenant tenant, String stream) {
        return FeedRequestBuilder.of(FeedDefinition.of(stream), tenant.settings())
                .fingerprint();
    }
}
