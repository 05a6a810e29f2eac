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

/** Whether the store is right, as a sample of it shows, and how it becomes right. */
class AuditTest {

    private static final int JOBS = 60;
    private static final int EXPIRED = 6;

    /** More than there are, so that every job is in the sample. */
    private static final Map<String, Object> ALL = Map.of("jobfeedSample", 1000);

    private static final Map<String, Object> FIX = Map.of("jobfeedSample", 1000, "jobfeedFix", true);

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

    /** The ids of the jobs that were requested one by one, in this order. */
    private List<UUID> requested() {
        return fixture.sandbox.log().entries().stream()
                .map(LoggedRequest::path)
                .filter(path -> path.matches("/api/jobs/[0-9a-f-]{36}"))
                .map(path -> UUID.fromString(path.substring("/api/jobs/".length())))
                .toList();
    }

    private List<UUID> activeHere() {
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
    void aStoreThatIsRightIsFoundToBeRight(String database) throws Exception {
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
    void eachKindOfDifferenceIsFoundReportedAndFixed(String database) throws Exception {
        start(database);
        List<UUID> ids = activeHere();
        UUID different = ids.get(0);
        UUID closed = ids.get(1);
        UUID lost = ids.get(2);
        UUID unknown = UUID.randomUUID();
        UUID open = ids.get(3);
        // not its hash: the columns count
        fixture.database.update("update job set title = 'Other', is_h1b_sponsor = null where id = ?", different);
        fixture.sandbox.data().expireJob(closed);
        fixture.database.update("update job set id = ? where id = ?", unknown, lost);
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

        Map<?, ?> fix = audit(FIX);

        assertThat(fix.get("rows_fixed")).isEqualTo(4);
        assertThat(fix.get("rows_held")).isEqualTo(0);
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
        // the store lacks this one, which no audit can see
        fixture.assertStoreEqualsSandboxExcept(Set.of(lost));

        Map<?, ?> again = audit(ALL);

        assertThat(again.get("rows_equal")).isEqualTo(JOBS + EXPIRED);
        fixture.sync();
        fixture.assertStoreEqualsSandboxExcept(Set.of(lost));
        assertThat(fixture.one("select count(*) from job_change", Integer.class))
                .isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void jobsThatChangedSinceTheLastRunAreNeitherRightNorWrong(String database) throws Exception {
        start(database);
        fixture.sandbox.data().updateJobs(5);
        fixture.sandbox.data().returnJobs(1);

        Map<?, ?> audit = audit(FIX);

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
    void theSeedDeterminesTheSample(String database) throws Exception {
        start(database);
        Map<String, Object> seven = Map.of("jobfeedSample", 10, "jobfeedSeed", 7L);

        audit(seven);
        List<UUID> first = requested();
        fixture.sandbox.log().clear();
        audit(seven);
        List<UUID> second = requested();
        fixture.sandbox.log().clear();
        audit(Map.of("jobfeedSample", 10, "jobfeedSeed", 8L));

        assertThat(second).isEqualTo(first);
        assertThat(requested()).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aResultThatIsCertainlyTooLowRaisesAnAlertUntilOneIsNot(String database) throws Exception {
        start(database);
        fixture.database.update("update job set title = title || '!' where expired_at is null");

        assertThat(audit(ALL).get("below_limit")).isEqualTo(true);
        assertThat(audit(ALL).get("active_right")).isEqualTo(0);

        assertThat(fixture.alerts()).containsExactly("audit-below-limit");
        assertThat(fixture.one("select message from alert", String.class))
                .contains("Of 60 sampled active jobs, 0 are as in the API");
        fixture.sync();
        assertThat(fixture.alerts()).containsExactly("audit-below-limit");
        assertThat(audit(FIX).get("rows_fixed")).isEqualTo(JOBS);
        assertThat(audit(ALL).get("below_limit")).isEqualTo(false);
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void anApiWithoutTheRequestCannotBeAudited() throws Exception {
        start("h2");
        fixture.sandbox.faults(FaultRule.of(Fault.NOT_FOUND).on(Endpoint.JOB));

        assertThatThrownBy(() -> audit(FIX))
                .isInstanceOf(AuditUnavailableException.class)
                .hasMessageContaining("404 to each of 20 requests");

        assertThat(requested()).hasSize(20);
        assertNothingIsStored();
    }

    @Test
    void aSampleOfWhichNoJobIsKnownProvesNothing() throws Exception {
        start("h2");
        fixture.sandbox.faults(FaultRule.of(Fault.NOT_FOUND).on(Endpoint.JOB));

        assertThatThrownBy(() -> audit(Map.of("jobfeedSample", 3, "jobfeedFix", true)))
                .isInstanceOf(AuditUnavailableException.class);

        assertThat(requested()).hasSizeBetween(4, 5);
        assertNothingIsStored();
    }

    @Test
    void theFirstChargeEndsTheAudit() throws Exception {
        start("h2");
        fixture.sandbox.faults(
                FaultRule.answer(200, Map.of("X-Credits-Deducted", "0.5", "X-Credits-Balance", "12"), "{}")
                        .on(Endpoint.JOB)
                        .nth(3));

        assertThatThrownBy(() -> audit(FIX))
                .isInstanceOf(AuditUnavailableException.class)
                .hasMessageContaining("charged 0.5 credits");

        assertThat(requested()).hasSize(3);
        assertNothingIsStored();
    }

    @Test
    void aBalanceThatFallsEndsTheAuditAndOneThatStaysDoesNot() throws Exception {
        start("h2");
        answerWithBalance(() -> 12);
        assertThat(audit(ALL).get("active_right")).isEqualTo(JOBS);
        AtomicInteger balance = new AtomicInteger(12);
        answerWithBalance(balance::getAndDecrement);
        fixture.sandbox.log().clear();

        assertThatThrownBy(() -> audit(ALL))
                .isInstanceOf(AuditUnavailableException.class)
                .hasMessageContaining("The balance fell to 11 credits");

        assertThat(requested()).hasSize(2);
    }

    private void answerWithBalance(IntSupplier balance) {
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
    void anApiThatAsksForCreditsCannotBeAudited(Fault fault) throws Exception {
        start("h2");
        fixture.sandbox.faults(FaultRule.of(fault).on(Endpoint.JOB).from(2));

        assertThatThrownBy(() -> audit(FIX))
                .isInstanceOf(AuditUnavailableException.class)
                .hasMessageContaining("Jobo answered 402");

        assertThat(requested()).hasSize(2);
        assertNothingIsStored();
    }

    @Test
    void aStoreThatNoRunHasFilledCannotBeAudited() throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(5));

        assertThatThrownBy(() -> audit(ALL)).hasStackTraceContaining("No run on the jobs has succeeded yet");

        assertThat(fixture.sandbox.log().entries()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"RATE_LIMITED", "SERVER_ERROR", "UNAVAILABLE", "HTML", "EMPTY", "TRUNCATED", "DROPPED"})
    void aPassingFailureIsRetried(Fault fault) throws Exception {
        start("h2");
        FaultRule rule = FaultRule.of(fault).on(Endpoint.JOB).nth(2);
        fixture.sandbox.faults(fault == Fault.TRUNCATED ? rule.keepBytes(20) : rule);

        Map<?, ?> audit = audit(Map.of("jobfeedSample", 5));

        assertThat(audit.get("active_right")).isEqualTo(5);
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void aFailureThatLastsIsAFailureAndItsAlertIsClearedByTheNextAudit() throws Exception {
        start("h2");
        fixture.sandbox.faults(FaultRule.of(Fault.UNAUTHORIZED).on(Endpoint.JOB).from(3));

        assertThatThrownBy(() -> audit(FIX)).isInstanceOf(HttpOperationFailedException.class);

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
    void anotherJobIsNoAnswer() throws Exception {
        start("h2");
        String other = fixture.sandbox
                .data()
                .json(fixture.sandbox.data().expiredIds().findFirst().orElseThrow());
        fixture.sandbox.faults(
                FaultRule.answer(200, Map.of(), other).on(Endpoint.JOB).from(2));

        assertThatThrownBy(() -> audit(FIX)).hasMessageContaining("is not this job");

        assertThat(fixture.alerts()).containsExactly("unreadable-answer");
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aFixExcludesAttemptsAndAnAuditExcludesAudits(String database) throws Exception {
        start(database);
        try (HeldLease jobs = fixture.tenant().leases().acquireForAction("jobs")) {
            assertThatThrownBy(() -> audit(FIX)).hasStackTraceContaining(StreamLockedException.class.getName());
            assertThat(audit(ALL).get("rows_equal")).isEqualTo(JOBS + EXPIRED);
            jobs.check();
        }
        try (HeldLease audit = fixture.tenant().leases().acquireForAction("audit")) {
            assertThatThrownBy(() -> audit(ALL)).hasStackTraceContaining(StreamLockedException.class.getName());
            audit.check();
        }
        AtomicInteger refused = new AtomicInteger();
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOB && refused.get() == 0) {
                assertThatThrownBy(fixture::sync).hasStackTraceContaining(StreamLockedException.class.getName());
                refused.incrementAndGet();
            }
            return Interceptor.pass();
        });
        audit(FIX);
        assertThat(refused).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aFixThatWasOvertakenChangesNothing(String database) throws Exception {
        start(database);
        fixture.database.update("update job set title = 'Other' where expired_at is null");
        AtomicInteger requests = new AtomicInteger();
        fixture.sandbox.intercept(request -> {
            // after the check of the lease before the last request: only the fence is left
            if (request.endpoint() == Endpoint.JOB && requests.incrementAndGet() == JOBS + EXPIRED) {
                fixture.database.update(
                        "update sync_state set lease_token = ? where stream = 'jobs'", UUID.randomUUID());
            }
            return Interceptor.pass();
        });

        assertThatThrownBy(() -> audit(FIX)).hasStackTraceContaining(LeaseLostException.class.getName());

        assertThat(requests).hasValue(JOBS + EXPIRED);
        assertThat(fixture.one("select count(*) from job where title = 'Other'", Integer.class))
                .isEqualTo(JOBS);
        assertThat(fixture.one("select count(*) from job_change", Integer.class))
                .isZero();
        assertThat(fixture.one("select count(*) from job_audit", Integer.class)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void expiriesThatAreSuspiciouslyManyAreHeldBack(String database) throws Exception {
        start(database);
        fixture.sandbox.data().expireJobs(20);
        fixture.database.update(
                "update job set title = 'Other' where id = ?",
                fixture.sandbox.data().activeIds().findFirst().orElseThrow());

        Map<?, ?> fix = audit(FIX);

        assertThat(fix.get("rows_closed_there")).isEqualTo(20);
        assertThat(fix.get("rows_held")).isEqualTo(20);
        assertThat(fix.get("rows_fixed")).isEqualTo(1);
        assertThat(activeHere()).hasSize(JOBS);
    }

    @Test
    void jobsAreNotReactivatedWhereTheApiDeliversExpiredJobs() throws Exception {
        start("h2");
        fixture.database.update("update job set expired_at = current_timestamp, expired_reason = 'swept' where id in"
                + " (select id from active_job order by id limit 8)");

        Map<?, ?> fix = audit(FIX);

        assertThat(fix.get("rows_open_there")).isEqualTo(8);
        assertThat(fix.get("rows_held")).isEqualTo(8);
        assertThat(fix.get("rows_fixed")).isEqualTo(0);
        assertThat(activeHere()).hasSize(JOBS - 8);
    }

    @Test
    void jobsThatTheFiltersExcludeAreNoDifference() throws Exception {
        start("h2");
        List<UUID> ids = activeHere();
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
    void theStoreOfAnotherServerIsRefused() throws Exception {
        start("h2");
        fixture.database.update(
                "update sync_state set origin_base_url = 'https://other.example' where stream = 'jobs'");

        assertThatThrownBy(() -> audit(FIX)).hasStackTraceContaining(StoreOriginMismatchException.class.getName());

        assertThat(requested()).isEmpty();
    }

    @Test
    void aScheduleOfItsOwnStartsAudits() throws Exception {
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
