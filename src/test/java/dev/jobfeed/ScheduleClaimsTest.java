package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.schedule.ScheduleClaims;
import dev.jobfeed.schedule.SchedulePauses;
import dev.jobfeed.schedule.ScheduledStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.component.quartz.QuartzComponent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quartz.Scheduler;
import org.quartz.TriggerKey;

/** Tests that a schedule that fires on several nodes leads to one attempt. */
class ScheduleClaimsTest {

    private static final String HALF_HOURLY = "0 0/30 * * * ?";

    private SyncFixture fixture;
    private ScheduleClaims claims;

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(5));
        claims = new ScheduleClaims(fixture.bundle().tenants(), Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void oneOfManyConcurrentClaimsSucceeds(String database) throws Exception {
        start(database);
        ExecutorService nodes = Executors.newFixedThreadPool(4);
        try {
            for (int hour = 0; hour < 5; hour++) {
                Date at = Date.from(Instant.parse("2026-11-24T00:00:00Z").plus(Duration.ofHours(hour)));
                List<Callable<Boolean>> all = IntStream.range(0, 4)
                        .<Callable<Boolean>>mapToObj(node -> () -> claim("jobs-sync", at))
                        .toList();
                int first = 0;
                for (Future<Boolean> node : nodes.invokeAll(all)) {
                    first += node.get() ? 1 : 0;
                }
                assertThat(first).isEqualTo(1);
            }
        } finally {
            nodes.shutdownNow();
        }
    }

    /** A node whose clock is behind fires later than the others, for the same time. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void lateClaimFailsAndSchedulesAreIndependent(String database) throws Exception {
        start(database);
        Date ten = Date.from(Instant.parse("2026-11-24T10:00:00Z"));
        Date halfPastTen = Date.from(Instant.parse("2026-11-24T10:30:00Z"));

        assertThat(claim("jobs-sync", halfPastTen)).isTrue();
        assertThat(claim("jobs-sync", ten)).isFalse();
        assertThat(claim("jobs-sync", halfPastTen)).isFalse();
        assertThat(claim("jobs-resync", halfPastTen)).isTrue();
        assertThat(claim("jobs-sync", null)).isTrue();
    }

    /** Another process, or this one before a restart, had a clock that was ahead. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void claimOfAClockAheadBlocksNoSchedule(String database) throws Exception {
        start(database);
        Instant now = Instant.now();
        assertThat(claim("jobs-sync", Date.from(now.plus(Duration.ofHours(2))))).isTrue();

        assertThat(claim("jobs-sync", Date.from(now))).isTrue();
        assertThat(claim("jobs-sync", Date.from(now))).isFalse();
        assertThat(claim("jobs-sync", Date.from(now.minusSeconds(20)))).isFalse();

        claim("jobs-sync", Date.from(now.plus(Duration.ofHours(2))));
        assertThat(isDue()).as("no run yet").isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void oneOfManyConcurrentStartsCatchesUp(String database) throws Exception {
        start(database);
        var attempts = fixture.coordinator();
        var attempt = attempts.begin(null, "jobs", null, null);
        assertThat(isDue()).as("while another run is in progress").isFalse();
        attempt.lease().close();

        assertThat(isDue()).as("no run yet").isTrue();
        fixture.sync();
        assertThat(isDue()).as("after a run").isFalse();
        fixture.syncPages(1);
        fixture.database.update("update sync_state set last_run_started_at = last_run_started_at - interval '1' hour"
                + " where stream = 'jobs'");
        assertThat(isDue()).as("a run was missed").isTrue();
    }

    /** Fired, missed and next times are determined by the same clock. */
    @Test
    void schedulesUseTheirTimeZone() throws Exception {
        start("h2");
        new SchedulePauses(fixture.tenant(), Clock.systemUTC()).pause("jobs");
        fixture.with("jobfeed.jobs.schedule", "0 0 6 * * ?")
                .with("jobfeed.jobs.enabled", "true")
                .with("jobfeed.time-zone", "Asia/Tokyo");
        var tenants = fixture.bundle().tenants();
        Instant aheadOfTime = Instant.parse("2036-11-24T20:30:00Z");
        fixture.database.update(
                "update sync_state set last_run_started_at = ? where stream = 'jobs'",
                aheadOfTime.atOffset(ZoneOffset.UTC));

        Clock before = Clock.fixed(aheadOfTime.plus(Duration.ofMinutes(29)), ZoneOffset.UTC);
        Clock after = Clock.fixed(aheadOfTime.plus(Duration.ofMinutes(31)), ZoneOffset.UTC);

        assertThat(new SchedulePauses(tenants.defaultTenant(), before).next(ScheduledStream.JOBS))
                .contains(OffsetDateTime.parse("2036-11-24T21:00:00Z"));
        assertThat(new ScheduleClaims(tenants, before).claimCatchUp(null, "jobs-sync", "jobs", "0 0 6 * * ?"))
                .isFalse();
        assertThat(new ScheduleClaims(tenants, after).claimCatchUp(null, "jobs-sync", "jobs", "0 0 6 * * ?"))
                .isTrue();
        Scheduler quartz =
                fixture.context().getComponent("quartz", QuartzComponent.class).getScheduler();
        assertThat(quartz.getTrigger(TriggerKey.triggerKey("jobs-sync@", "jobfeed"))
                        .getFireTimeAfter(Date.from(aheadOfTime)))
                .isEqualTo("2036-11-24T21:00:00Z");
    }

    /** Claims a schedule as a trigger with this scheduled time does. */
    private boolean claim(String schedule, Date at) throws Exception {
        Exchange result = fixture.context().createProducerTemplate().request("direct:schedule-claim", trigger -> {
            trigger.setVariable("jobfeedStream", "jobs");
            trigger.setVariable("jobfeedSchedule", schedule);
            trigger.getMessage().setHeader("scheduledFireTime", at);
        });
        assertThat(result.getException()).isNull();
        return result.getMessage().getBody(Boolean.class);
    }

    private boolean isDue() throws Exception {
        return claims.claimCatchUp(null, "jobs-sync", "jobs", HALF_HOURLY);
    }
}
