package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.audit.AuditUnavailableException;
import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sync.StoreOriginMismatchException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the audit of a sample of the stored jobs, and its corrections. */
class AuditTest {

    private static final int JOBS = 60;
    private static final int EXPIRED = 6;

    /** Exceeds the number of jobs, so that every job is in the sample. */
    private static final Map<String, Object> ALL = Map.of("jobfeedSample", 1000);

    private static final Map<String, Object> WITH_CORRECTION = Map.of("jobfeedSample", 1000, "jobfeedFix", true);

    private SyncFixture fixture;

    /** Fills a store that equals the sandbox, with active and expired jobs. */
    private void start(String database) throws Exception {
        fixture = SyncFixture.of(
                        database, SandboxOptions.builder().jobs(JOBS + EXPIRED).descriptionBytes(1500))
                .with("jobfeed.jobs.audit-interval", "1ms")
                .with("jobo.retry.time-scale", "0.0001");
        fixture.sync();
        fixture.sandbox.data().expireJobs(EXPIRED);
        fixture.sync();
        fixture.sandbox.log().clear();
        fixture.tenant().outbox().subscribe();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private Map<?, ?> audit(Map<String, Object> variables) throws Exception {
        try (var template = fixture.context().createProducerTemplate()) {
            Exchange exchange = template.send("direct:jobs-audit", e -> variables.forEach(e::setVariable));
            if (exchange.getException() != null) {
                throw exchange.getException();
            }
            return exchange.getMessage().getBody(Map.class);
        }
    }

    /** Returns the ids of the jobs that were requested one by one, in this order. */
    private List<UUID> requested() {
        return fixture.sandbox.log().entries().stream()
                .map(LoggedRequest::path)
                .filter(path -> path.matches("/api/jobs/[0-9a-f-]{36}"))
                .map(path -> UUID.fromString(path.substring("/api/jobs/".length())))
                .toList();
    }

    private List<UUID> storedActiveIds() {
        return fixture.database.queryForList("select id from active_job order by id", UUID.class);
    }

    private void assertNothingIsStored() {
        assertThat(fixture.one("select count(*) from job_audit", Integer.class)).isZero();
        assertThat(fixture.one("select count(*) from job_change", Integer.class))
                .isZero();
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void correctStoreHasNoDifferences(String database) throws Exception {
        start(database);

        Map<?, ?> audit = audit(Map.of("jobfeedSample", 40));

        assertThat(audit.get("active_sampled")).isEqualTo(40);
        assertThat(audit.get("active_right")).isEqualTo(40);
        assertThat(audit.get("expired_sampled")).isEqualTo(EXPIRED);
        assertThat(audit.get("expired_right")).isEqualTo(EXPIRED);
        assertThat((Double) audit.get("lower_bound")).isCloseTo(0.9124, within(0.0001));
        assertThat((Double) audit.get("upper_bound")).isCloseTo(1, within(0.0001));
        assertThat(audit.get("below_limit")).isEqualTo(false);
        assertThat(requested())
                .doesNotHaveDuplicates()
                .hasSize(fixture.one("select rows_equal from job_audit", Integer.class));
        assertThat(fixture.one("select active_right from job_audit", Integer.class))
                .isEqualTo(40);
        assertThat(fixture.one("select seed from job_audit", Long.class)).isEqualTo(audit.get("seed"));
        assertThat(fixture.alerts()).isEmpty();
        assertThat(fixture.one("select count(*) from job_change", Integer.class))
                .isZero();
        assertThat(fixture.one("select lease_token is null from sync_state where stream = 'audit'", Boolean.class))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void eachKindOfDifferenceIsFoundReportedAndCorrected(String database) throws Exception {
        start(database);
        List<UUID> ids = storedActiveIds();
        UUID different = ids.get(0);
        UUID closed = ids.get(1);
        UUID missing = ids.get(2);
        UUID unknown = UUID.randomUUID();
        UUID open = ids.get(3);
        // leaves the hash as it is: the audit compares the columns
        fixture.database.update("update job set title = 'Other', is_h1b_sponsor = null where id = ?", different);
        fixture.sandbox.data().expireJob(closed);
        fixture.database.update("update job set id = ? where id = ?", unknown, missing);
        fixture.database.update(
                "update job set expired_at = current_timestamp, expired_reason = 'swept' where id = ?", open);

        Map<?, ?> audit = audit(ALL);

        assertThat(audit.get("rows_different")).isEqualTo(1);
        assertThat(audit.get("rows_closed_there")).isEqualTo(1);
        assertThat(audit.get("rows_unknown_there")).isEqualTo(1);
        assertThat(audit.get("rows_open_there")).isEqualTo(1);
        assertThat(audit.get("rows_equal")).isEqualTo(JOBS + EXPIRED - 4);
        assertThat(audit.get("rows_fixed")).isEqualTo(0);
        assertThat(((Map<?, ?>) audit.get("fields")).get("title")).isEqualTo(1);
        assertThat(audit.get("active_sampled")).isEqualTo(JOBS - 1);
        assertThat(audit.get("active_right")).isEqualTo(JOBS - 4);
        assertThat(fixture.one("select title from job where id = ?", String.class, different))
                .isEqualTo("Other");
        assertThat(fixture.one("select count(*) from job_change", Integer.class))
                .isZero();

        Map<?, ?> correction = audit(WITH_CORRECTION);

        assertThat(correction.get("rows_fixed")).isEqualTo(4);
        assertThat(correction.get("rows_held")).isEqualTo(0);
        assertThat(fixture.database.queryForList(
                        "select cast(job_id as varchar) || ' ' || change || ' ' || coalesce(reason, '-') from job_change",
                        String.class))
                .containsExactlyInAnyOrder(
                        different + " updated -",
                        open + " reactivated -",
                        closed + " expired audited",
                        unknown + " expired audited");
        assertThat(fixture.database.queryForList(
                        "select id from job where expired_reason = 'audited' and expired_at is not null", UUID.class))
                .containsExactlyInAnyOrder(closed, unknown);
        // a job that the store lacks, which no audit can detect
        fixture.assertStoreEqualsSandboxExcept(Set.of(missing));

        Map<?, ?> secondAudit = audit(ALL);

        assertThat(secondAudit.get("rows_equal")).isEqualTo(JOBS + EXPIRED);
        fixture.sync();
        fixture.assertStoreEqualsSandboxExcept(Set.of(missing));
        assertThat(fixture.one("select count(*) from job_change", Integer.class))
                .isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void jobsChangedSinceTheLastRunAreNotCounted(String database) throws Exception {
        start(database);
        fixture.sandbox.data().updateJobs(5);
        fixture.sandbox.data().returnJobs(1);

        Map<?, ?> audit = audit(WITH_CORRECTION);

        assertThat(audit.get("rows_newer")).isEqualTo(6);
        assertThat(audit.get("active_sampled")).isEqualTo(JOBS - 5);
        assertThat(audit.get("active_right")).isEqualTo(JOBS - 5);
        assertThat(audit.get("expired_sampled")).isEqualTo(EXPIRED - 1);
        assertThat(audit.get("rows_fixed")).isEqualTo(0);
        fixture.sync();
        assertThat(audit(ALL).get("rows_newer")).isEqualTo(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void seedDeterminesTheSample(String database) throws Exception {
        start(database);
        Map<String, Object> options = Map.of("jobfeedSample", 10, "jobfeedSeed", 7L);

        audit(options);
        List<UUID> first = requested();
        fixture.sandbox.log().clear();
        audit(options);
        List<UUID> second = requested();
        fixture.sandbox.log().clear();
        audit(Map.of("jobfeedSample", 10, "jobfeedSeed", 8L));

        assertThat(second).isEqualTo(first);
        assertThat(requested()).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void resultBelowTheLimitRaisesAnAlertUntilALaterOneIsAbove(String database) throws Exception {
        start(database);
        fixture.database.update("update job set title = title || '!' where expired_at is null");

        assertThat(audit(ALL).get("below_limit")).isEqualTo(true);
        assertThat(audit(ALL).get("active_right")).isEqualTo(0);

        assertThat(fixture.alerts()).containsExactly("audit-below-limit");
        assertThat(fixture.one("select message from alert", String.class))
                .contains("Of 60 sampled active jobs, 0 are as in the API");
        fixture.sync();
        assertThat(fixture.alerts()).containsExactly("audit-below-limit");
        assertThat(audit(WITH_CORRECTION).get("rows_fixed")).isEqualTo(JOBS);
        assertThat(audit(ALL).get("below_limit")).isEqualTo(false);
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void apiWithoutTheRequestCannotBeAudited() throws Exception {
        start("h2");
        fixture.sandbox.faults(FaultRule.of(Fault.NOT_FOUND).on(Endpoint.JOB));

        assertThatThrownBy(() -> audit(WITH_CORRECTION))
                .isInstanceOf(AuditUnavailableException.class)
                .hasMessageContaining("404 to each of 20 requests");

        assertThat(requested()).hasSize(20);
        assertNothingIsStored();
    }

    @Test
    void sampleWithoutAnyKnownJobIsRejected() throws Exception {
        start("h2");
        fixture.sandbox.faults(FaultRule.of(Fault.NOT_FOUND).on(Endpoint.JOB));

        assertThatThrownBy(() -> audit(Map.of("jobfeedSample", 3, "jobfeedFix", true)))
                .isInstanceOf(AuditUnavailableException.class);

        assertThat(requested()).hasSizeBetween(4, 5);
        assertNothingIsStored();
    }

    @Test
    void firstChargeEndsTheAudit() throws Exception {
        start("h2");
        fixture.sandbox.faults(
                FaultRule.answer(200, Map.of("X-Credits-Deducted", "0.5", "X-Credits-Balance", "12"), "{}")
                        .on(Endpoint.JOB)
                        .nth(3));

        assertThatThrownBy(() -> audit(WITH_CORRECTION))
                .isInstanceOf(AuditUnavailableException.class)
                .hasMessageContaining("charged 0.5 credits");

        assertThat(requested()).hasSize(3);
        assertNothingIsStored();
    }

    @Test
    void fallingBalanceEndsTheAudit() throws Exception {
        start("h2");
        respondWithBalance(() -> 12);
        assertThat(audit(ALL).get("active_right")).isEqualTo(JOBS);
        AtomicInteger balance = new AtomicInteger(12);
        respondWithBalance(balance::getAndDecrement);
        fixture.sandbox.log().clear();

        assertThatThrownBy(() -> audit(ALL))
                .isInstanceOf(AuditUnavailableException.class)
                .hasMessageContaining("The balance fell to 11 credits");

        assertThat(requested()).hasSize(2);
    }

    private void respondWithBalance(IntSupplier balance) {
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() != Endpoint.JOB) {
                return Interceptor.pass();
            }
            UUID id = UUID.fromString(request.path().substring("/api/jobs/".length()));
            return fixture.sandbox.data().isActive(id)
                    ? Interceptor.answer(
                            200,
                            Map.of("X-Credits-Balance", Integer.toString(balance.getAsInt())),
                            fixture.sandbox.data().json(id))
                    : Interceptor.pass();
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"INSUFFICIENT_CREDITS", "INSUFFICIENT_CREDITS_LIVE", "INSUFFICIENT_CREDITS_PROBLEM"})
    void apiThatChargesCannotBeAudited(Fault fault) throws Exception {
        start("h2");
        fixture.sandbox.faults(FaultRule.of(fault).on(Endpoint.JOB).from(2));

        assertThatThrownBy(() -> audit(WITH_CORRECTION))
                .isInstanceOf(AuditUnavailableException.class)
                .hasMessageContaining("Jobo answered 402");

        assertThat(requested()).hasSize(2);
        assertNothingIsStored();
    }

    @Test
    void storeWithoutARunCannotBeAudited() throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(5));

        assertThatThrownBy(() -> audit(ALL)).hasStackTraceContaining("No run on the jobs has succeeded yet");

        assertThat(fixture.sandbox.log().entries()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"RATE_LIMITED", "SERVER_ERROR", "UNAVAILABLE", "HTML", "EMPTY", "TRUNCATED", "DROPPED"})
    void temporaryFailureIsRetried(Fault fault) throws Exception {
        start("h2");
        FaultRule rule = FaultRule.of(fault).on(Endpoint.JOB).nth(2);
        fixture.sandbox.faults(fault == Fault.TRUNCATED ? rule.keepBytes(20) : rule);

        Map<?, ?> audit = audit(Map.of("jobfeedSample", 5));

        assertThat(audit.get("active_right")).isEqualTo(5);
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void permanentFailureFailsTheAuditAndTheNextAuditClearsItsAlert() throws Exception {
        start("h2");
        fixture.sandbox.faults(FaultRule.of(Fault.UNAUTHORIZED).on(Endpoint.JOB).from(3));

        assertThatThrownBy(() -> audit(WITH_CORRECTION)).isInstanceOf(HttpOperationFailedException.class);

        assertThat(requested()).hasSize(3);
        assertThat(fixture.alerts()).containsExactly("unauthorized");
        assertThat(fixture.one("select stream from alert", String.class)).isEqualTo("audit");
        assertThat(fixture.one("select count(*) from job_audit", Integer.class)).isZero();
        fixture.sandbox.faults(FaultRule.of(Fault.HTML).on(Endpoint.JOB));
        assertThatThrownBy(() -> audit(ALL)).hasMessageContaining("JSON");
        assertThat(fixture.alerts()).containsExactly("unreadable-answer");
        fixture.sandbox.faults();
        audit(ALL);
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void responseWithAnotherJobIsRejected() throws Exception {
        start("h2");
        String other = fixture.sandbox
                .data()
                .json(fixture.sandbox.data().expiredIds().findFirst().orElseThrow());
        fixture.sandbox.faults(
                FaultRule.answer(200, Map.of(), other).on(Endpoint.JOB).from(2));

        assertThatThrownBy(() -> audit(WITH_CORRECTION)).hasMessageContaining("is not this job");

        assertThat(fixture.alerts()).containsExactly("unreadable-answer");
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void correctionLocksTheStreamAndAnAuditLocksAudits(String database) throws Exception {
        start(database);
        try (HeldLease jobs = fixture.tenant().leases().acquireForAction("jobs")) {
            assertThatThrownBy(() -> audit(WITH_CORRECTION))
                    .hasStackTraceContaining(StreamLockedException.class.getName());
            assertThat(audit(ALL).get("rows_equal")).isEqualTo(JOBS + EXPIRED);
            jobs.check();
        }
        try (HeldLease audit = fixture.tenant().leases().acquireForAction("audit")) {
            assertThatThrownBy(() -> audit(ALL)).hasStackTraceContaining(StreamLockedException.class.getName());
            audit.check();
        }
        AtomicInteger rejected = new AtomicInteger();
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOB && rejected.get() == 0) {
                assertThatThrownBy(fixture::sync).hasStackTraceContaining(StreamLockedException.class.getName());
                rejected.incrementAndGet();
            }
            return Interceptor.pass();
        });
        audit(WITH_CORRECTION);
        assertThat(rejected).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void correctionWithoutItsLeaseChangesNothing(String database) throws Exception {
        start(database);
        fixture.database.update("update job set title = 'Other' where expired_at is null");
        AtomicInteger requests = new AtomicInteger();
        fixture.sandbox.intercept(request -> {
            // after the lease was checked for the last request: only the fence is left
            if (request.endpoint() == Endpoint.JOB && requests.incrementAndGet() == JOBS + EXPIRED) {
                fixture.database.update(
                        "update sync_state set lease_token = ? where stream = 'jobs'", UUID.randomUUID());
            }
            return Interceptor.pass();
        });

        assertThatThrownBy(() -> audit(WITH_CORRECTION)).hasStackTraceContaining(LeaseLostException.class.getName());

        assertThat(requests).hasValue(JOBS + EXPIRED);
        assertThat(fixture.one("select count(*) from job where title = 'Other'", Integer.class))
                .isEqualTo(JOBS);
        assertThat(fixture.one("select count(*) from job_change", Integer.class))
                .isZero();
        assertThat(fixture.one("select count(*) from job_audit", Integer.class)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void tooManyExpiriesAreHeldBack(String database) throws Exception {
        start(database);
        fixture.sandbox.data().expireJobs(20);
        fixture.database.update(
                "update job set title = 'Other' where id = ?",
                fixture.sandbox.data().activeIds().findFirst().orElseThrow());

        Map<?, ?> correction = audit(WITH_CORRECTION);

        assertThat(correction.get("rows_closed_there")).isEqualTo(20);
        assertThat(correction.get("rows_held")).isEqualTo(20);
        assertThat(correction.get("rows_fixed")).isEqualTo(1);
        assertThat(storedActiveIds()).hasSize(JOBS);
    }

    @Test
    void jobsAreNotReactivatedIfTheApiDeliversExpiredJobs() throws Exception {
        start("h2");
        fixture.database.update("update job set expired_at = current_timestamp, expired_reason = 'swept' where id in"
                + " (select id from active_job order by id limit 8)");

        Map<?, ?> correction = audit(WITH_CORRECTION);

        assertThat(correction.get("rows_open_there")).isEqualTo(8);
        assertThat(correction.get("rows_held")).isEqualTo(8);
        assertThat(correction.get("rows_fixed")).isEqualTo(0);
        assertThat(storedActiveIds()).hasSize(JOBS - 8);
    }

    @Test
    void jobsExcludedByFiltersAreNoDifference() throws Exception {
        start("h2");
        List<UUID> ids = storedActiveIds();
        fixture.database.update(
                "update job set expired_at = current_timestamp, expired_reason = 'filtered' where id = ?", ids.get(0));
        fixture.database.update(
                "update job set expired_at = current_timestamp, expired_reason = 'reconciled' where id = ?",
                ids.get(1));

        assertThat(audit(ALL).get("rows_open_there")).isEqualTo(1);
        fixture.with("jobo.jobs.filter.work_models", "remote");
        assertThat(audit(ALL).get("rows_open_there")).isEqualTo(0);
    }

    @Test
    void storeOfAnotherServerIsRejected() throws Exception {
        start("h2");
        fixture.database.update(
                "update sync_state set origin_base_url = 'https://other.example' where stream = 'jobs'");

        assertThatThrownBy(() -> audit(WITH_CORRECTION))
                .hasStackTraceContaining(StoreOriginMismatchException.class.getName());

        assertThat(requested()).isEmpty();
    }

    @Test
    void separateScheduleStartsAudits() throws Exception {
        start("h2");
        fixture.with("jobfeed.jobs.schedule", "")
                .with("jobfeed.jobs.enabled", "true")
                .with("jobfeed.jobs.audit-schedule", "* * * * * ?")
                .context();

        await().until(() -> fixture.one("select count(*) from job_audit", Integer.class) > 0);

        assertThat(fixture.one("select max(active_right) from job_audit", Integer.class))
                .isEqualTo(JOBS);
    }
}
