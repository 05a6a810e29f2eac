package dev.jobfeed.audit;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.SyncSettings;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedRequestBuilder;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.feed.RecordSchema;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.sync.OriginGuard;
import dev.jobfeed.sync.Reconciliation;
import dev.jobfeed.sync.StoreOriginMismatchException;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.io.IOException;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/** Provides the steps of an audit to routes: bean {@code jobfeedAudit}. */
public final class AuditService {

    /** The stream of an audit's lease, metrics and alerts. */
    static final String STREAM = "audit";

    private static final Logger LOG = LoggerFactory.getLogger(AuditService.class);

    private static final String JOBS = FeedDefinition.JOBS.stream();

    /** What counts as recently expired or changed: as far as the list of expired jobs reaches back. */
    private static final Duration RECENT = Duration.ofDays(7);

    /** The share of the sample that is drawn from the recently expired and the recently changed jobs, each. */
    private static final int RECENT_SHARE = 5;

    /** How many responses without a job in a row mean that the API does not have the endpoint. */
    private static final int MAX_WITHOUT_JOB = 20;

    private final TenantRegistry tenants;
    private final Clock clock;

    public AuditService(TenantRegistry tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /**
     * Begins an audit with the exchange's variables {@code jobfeedTenant}, {@code jobfeedSample}, {@code jobfeedSeed}
     * and {@code jobfeedFix}, each optional.
     *
     * @throws dev.jobfeed.lease.StreamLockedException if another audit is in progress, or an attempt on the jobs when
     *     rows may change
     */
    public AuditSession begin(Exchange exchange) {
        Tenant tenant = tenants.get(exchange.getVariable("jobfeedTenant", String.class));
        Integer size = exchange.getVariable("jobfeedSample", Integer.class);
        Long seed = exchange.getVariable("jobfeedSeed", Long.class);
        boolean fixes = Boolean.TRUE.equals(exchange.getVariable("jobfeedFix", Boolean.class));
        if (size != null && (size < 1 || size > SyncSettings.MAX_AUDIT_SAMPLE)) {
            throw new ConfigurationException(
                    "The sample is " + size + "; it takes a number from 1 to " + SyncSettings.MAX_AUDIT_SAMPLE + ".");
        }
        String stream = fixes ? JOBS : STREAM;
        return tenant.leases()
                .acquire(
                        stream,
                        lease -> new AuditSession(
                                tenant,
                                lease,
                                new ServerClock(clock),
                                exchange.getContext()::isStopping,
                                size == null ? tenant.settings().sync().auditSample() : size,
                                seed == null ? ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE) : seed,
                                fixes,
                                now()))
                .orElseThrow(() -> tenant.leases().locked(stream, tenant.stream(stream)));
    }

    /**
     * Returns the parameters of {@code audit-sample}.
     *
     * @throws StoreOriginMismatchException if the store belongs to another server or environment
     * @throws AuditUnavailableException if no run has succeeded yet
     */
    public Map<String, Object> sampling(AuditSession session) {
        OriginGuard.mismatch(session.tenant(), JOBS).ifPresent(reason -> {
            throw new StoreOriginMismatchException(reason);
        });
        StreamState state = session.tenant().states().get(JOBS);
        if (state.lastRunStartedAt() == null) {
            throw new AuditUnavailableException("No run on the jobs has succeeded yet.");
        }
        session.clock().assume(state.clockDifference());
        session.open(state);
        // with filters, a job that a resync did not deliver may still be active
        boolean hasFilters = FeedRequestBuilder.of(
                        FeedDefinition.JOBS, session.tenant().settings())
                .hasFilters();
        return Map.of(
                "seed",
                Long.toString(session.seed()),
                "active",
                session.size(),
                "recent",
                (session.size() + RECENT_SHARE - 1) / RECENT_SHARE,
                "since",
                now().minus(RECENT),
                "excluded_reason",
                hasFilters ? "reconciled" : "filtered");
    }

    /**
     * Keeps the sample.
     *
     * @param drawn rows of {@code audit-sample}
     * @throws AuditUnavailableException if there is none
     */
    public void sampled(AuditSession session, List<Map<String, Object>> drawn) {
        // a job that is drawn from two parts of the store is requested once
        Map<UUID, Set<Stratum>> sample = new LinkedHashMap<>();
        drawn.forEach(row -> sample.computeIfAbsent((UUID) row.get("id"), id -> EnumSet.noneOf(Stratum.class))
                .add(Stratum.of((String) row.get("stratum"))));
        if (sample.isEmpty()) {
            throw new AuditUnavailableException("The store has neither active nor recently expired jobs.");
        }
        session.sample(sample);
        LOG.info(
                "audit of {}: comparing {} jobs (seed {}), one request every {} ms",
                session.tenant().stream(JOBS),
                sample.size(),
                session.seed(),
                pause(session));
    }

    /** Returns the id of the next job. */
    public UUID next(AuditSession session) {
        return session.next();
    }

    /** Returns the time before each request in milliseconds. */
    public long pause(AuditSession session) {
        return session.tenant()
                .settings()
                .duration("jobfeed.jobs.audit-interval")
                .toMillis();
    }

    /** Returns the parameters of {@code job-read}. */
    public Map<String, Object> key(UUID id) {
        return Map.of("id", id);
    }

    /** Ends the audit because the API asks for credits. */
    public void charged(Exchange exchange) {
        Throwable response = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        throw new AuditUnavailableException("A request for one job is documented as free. "
                + ProblemTranslator.of(response, 0).message());
    }

    /**
     * Compares a response with the stored row.
     *
     * @param row row of {@code job-read}; null if it was deleted after the sample was drawn
     * @param answer the status 404 or 410, or else the job as JSON
     * @throws AuditUnavailableException if the request was charged, or the first responses are all 404
     * @throws MalformedResponseException if the response is not this job
     */
    public void compare(AuditSession session, UUID id, Map<String, Object> row, Object answer) throws IOException {
        session.checkFree();
        if (row == null) {
            return;
        }
        boolean isExpired = row.get("expired_at") != null;
        if (answer.equals(404) || answer.equals(410)) {
            if (answer.equals(410)) {
                session.countJob();
            } else if (session.jobs() == 0 && session.compared() >= MAX_WITHOUT_JOB) {
                throw withoutJobs(session);
            }
            session.found(
                    id, isExpired ? Finding.EQUAL : answer.equals(410) ? Finding.CLOSED_THERE : Finding.UNKNOWN_THERE);
            return;
        }
        FeedPage page = FeedResponseParser.row(answer.toString(), RecordSchema.JOB);
        if (!page.rejected().isEmpty() && id.equals(page.rejected().get(0).id())) {
            session.countJob();
            session.differs(List.of("(invalid)"));
            session.found(id, isExpired ? Finding.OPEN_THERE : Finding.DIFFERENT);
            return;
        }
        if (page.rows().isEmpty() || !page.rows().get(0).id().equals(id)) {
            throw new MalformedResponseException("The response to the request for job " + id + " is not this job.");
        }
        session.countJob();
        compare(session, new JobComparison(page.rows().get(0), row), id, isExpired);
    }

    private static void compare(AuditSession session, JobComparison comparison, UUID id, boolean isExpired)
            throws IOException {
        List<String> different = comparison.differences();
        if (different.isEmpty() && !isExpired) {
            session.found(id, Finding.EQUAL);
        } else if (comparison.isNewerThan(session.state().lastRunStartedAt())) {
            session.found(id, Finding.NEWER);
        } else {
            session.found(id, isExpired ? Finding.OPEN_THERE : Finding.DIFFERENT);
            if (isExpired) {
                session.reopen(comparison.correction());
            } else {
                session.differs(different);
                session.correct(comparison.correction());
            }
        }
    }

    private static AuditUnavailableException withoutJobs(AuditSession session) {
        return new AuditUnavailableException("Jobo answered 404 to each of " + session.compared()
                + " requests for a stored job. Either this server or this key does not have GET /api/jobs/{id}, or"
                + " jobo.base-url is wrong.");
    }

    /**
     * Ends the comparison, and decides which rows may be changed: not more expiries than a resync may bring, and no
     * reactivation where the API does not tell expired jobs from active ones.
     *
     * @throws AuditUnavailableException if no response was a job
     * @throws CancellationException if the runtime is being stopped
     */
    public void evaluate(AuditSession session) {
        if (!session.isComplete()) {
            session.lease().check();
            throw AuditSession.stopped();
        }
        if (session.jobs() == 0) {
            throw withoutJobs(session);
        }
        session.finished(now());
        if (!session.isFixing()) {
            return;
        }
        if (Reconciliation.isSuspicious(
                session.gone().size(), session.right(Stratum.ACTIVE).of())) {
            session.holdGone();
        }
        if (session.count(Finding.OPEN_THERE) > session.right(Stratum.EXPIRED).hits()) {
            session.holdReopened();
        }
    }

    /** Returns the row of {@code audit-insert}. */
    public SqlParameterSource row(AuditSession session) {
        MapSqlParameterSource row = new MapSqlParameterSource(session.row());
        row.registerSqlType("lower_bound", Types.DOUBLE);
        row.registerSqlType("upper_bound", Types.DOUBLE);
        return row;
    }

    /** Raises or clears the alert of the result; clears all other alerts. */
    public void alert(AuditSession session) {
        AuditAlerts.update(session);
    }

    /** Returns the result: a map with the columns of {@code job_audit}, and {@code below_limit}. */
    public Map<String, Object> result(AuditSession session) {
        Map<String, Object> result = session.columns();
        result.put("below_limit", AuditAlerts.isBelowLimit(session));
        return result;
    }

    /** Releases the lease, and raises the alert of a failure after the audit has begun. Does not throw. */
    public void end(AuditSession session, Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        try {
            if (failure == null) {
                LOG.info("audit of {}: {}", session.tenant().stream(JOBS), AuditText.of(session.columns()));
                if (session.isFixing()) {
                    session.tenant()
                            .meters()
                            .add(JobfeedMetric.EXPIRED, session.gone().size(), JOBS, AuditCorrection.REASON);
                }
            } else if (session.state() != null && !session.isStopping()) {
                AuditAlerts.raise(session, failure);
            }
        } catch (RuntimeException e) {
            LOG.warn("The alert of this audit was not stored. {}", ProblemTranslator.describe(e));
        } finally {
            session.lease().close();
        }
    }

    private OffsetDateTime now() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
    }
}
