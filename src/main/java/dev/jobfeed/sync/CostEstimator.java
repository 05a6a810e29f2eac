package dev.jobfeed.sync;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedRequestBuilder;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;
import java.util.Optional;

/** Provides the steps of a cost estimate to routes: bean {@code jobfeedCostEstimator}. */
public final class CostEstimator {

    /** Rows that an estimate requests, and may be charged for. */
    public static final int ESTIMATE_ROWS = 1;

    private final TenantRegistry tenants;
    private final SyncCoordinator coordinator;

    public CostEstimator(TenantRegistry tenants, SyncCoordinator coordinator) {
        this.tenants = tenants;
        this.coordinator = coordinator;
    }

    /** Returns the path of a stream's endpoint. */
    public String path(String stream) {
        return FeedDefinition.of(stream).path();
    }

    /**
     * Returns the body of a request for one row, whose response also carries the estimated total.
     *
     * @param tenant null for the default tenant
     */
    public String estimateRequest(String tenant, String stream) {
        Tenant target = tenants.get(tenant);
        StreamState state = target.states().get(stream);
        return FeedRequestBuilder.of(FeedDefinition.of(stream), target.settings())
                .withBatchSize(ESTIMATE_ROWS)
                .request(RunOpening.plan(target, state, coordinator.now()).windowFrom(), null);
    }

    /**
     * Estimates the rows and the cost of the next attempt.
     *
     * @param tenant null for the default tenant
     * @param deducted credits charged for the one row of {@code page}; null if none
     */
    public CostEstimate estimate(String tenant, String stream, FeedPage page, BigDecimal deducted) {
        Tenant target = tenants.get(tenant);
        RunRepository runs = target.runs();
        StreamState state = target.states().get(stream);
        RunMode mode = RunOpening.plan(target, state, coordinator.now()).mode();
        Long rows = page.estimatedTotal().isPresent()
                ? Long.valueOf(page.estimatedTotal().getAsLong())
                : runs.lastReceived(stream, mode).orElse(null);
        if (state.openRunId() != null && rows != null) {
            rows = Math.max(0, rows - runs.run(state.openRunId()).counts().received());
        }
        Optional<BigDecimal> observed = page.received() > 0
                ? Optional.of(Objects.requireNonNullElse(deducted, BigDecimal.ZERO)
                        .divide(BigDecimal.valueOf(page.received()), 6, RoundingMode.HALF_UP))
                : runs.lastPrice(stream);
        FeedDefinition source = FeedDefinition.of(stream);
        return new CostEstimate(
                stream, mode, rows, RowPrice.of(source, observed), source.batchSize(target.settings()), deducted);
    }
}
