package dev.jobfeed.audit;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.persistence.DeliveredPageRepository;
import dev.jobfeed.persistence.JobRepository;
import dev.jobfeed.persistence.ReconcileRepository;
import dev.jobfeed.persistence.RecordChange;
import dev.jobfeed.persistence.RecordRepository;
import dev.jobfeed.quarantine.QuarantineService;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/** Provides the steps that store what an audit has found to routes: bean {@code jobfeedAuditCorrection}. */
public final class AuditCorrection {

    /** The reason of an expiry that an audit has found. */
    static final String REASON = "audited";

    private static final String JOBS = FeedDefinition.JOBS.stream();

    private final Clock clock;

    public AuditCorrection(Clock clock) {
        this.clock = clock;
    }

    /** Sets the rows of the statements that change the store, as variables. */
    public void setRows(Exchange exchange, AuditSession session) {
        Tenant tenant = session.tenant();
        OffsetDateTime at = now();
        long run = lastRun(tenant);
        RecordRepository rows = tenant.rows().get(FeedDefinition.JOBS);
        List<RecordChange> changes = rows.rewrites(session.corrections());
        List<UUID> active = changes.stream().map(change -> change.row().id()).toList();
        List<UUID> decided =
                Stream.concat(active.stream(), session.gone().stream()).toList();
        exchange.setVariable("jobfeedBatches", rows.batches(changes, at));
        exchange.setVariable("jobfeedOutboxRows", tenant.outbox().changed(run, changes, at));
        exchange.setVariable(
                "jobfeedDeliveredPageRows",
                active.isEmpty()
                        ? List.of()
                        : List.of(DeliveredPageRepository.delivery(
                                run,
                                session.clock().at(session.startedNanos()),
                                session.state().setBackFrom(),
                                active)));
        exchange.setVariable("jobfeedExpiryParameters", JobRepository.expiry(session.gone(), REASON, at));
        exchange.setVariable("jobfeedResolved", QuarantineService.resolved(JOBS, decided, at));
        exchange.setVariable("jobfeedDecided", ReconcileRepository.decided(decided));
        session.fixed(active.size());
    }

    /**
     * Returns the events of the expired jobs.
     *
     * @param rows rows of {@code job-expire}
     */
    public List<SqlParameterSource> expired(AuditSession session, List<Map<String, Object>> rows) {
        List<UUID> ids = JobRepository.ids(rows);
        session.fixed(ids.size());
        return session.tenant().outbox().expired(lastRun(session.tenant()), REASON, ids, now());
    }

    /** Returns the run whose result is corrected, which the events name. */
    private static long lastRun(Tenant tenant) {
        return tenant.runs().lastRuns(JOBS, 1).get(0).id();
    }

    private OffsetDateTime now() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
    }
}
