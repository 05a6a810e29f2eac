package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import dev.jobfeed.sync.StoreOriginMismatchException;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Tests the live events in the database. */
class JobbyLiveEventsTest {

    private JobbyFixture fixture;

    private void start(String database) throws Exception {
        fixture = JobbyFixture.of(database, JobbyOptions.builder());
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void tableFollowsTheList(String database) throws Exception {
        start(database);
        poll();
        assertTableEqualsList();
        List<Map<String, Object>> before = rows();

        poll();
        assertThat(rows()).usingRecursiveComparison().isEqualTo(before);

        String ended = fixture.liveEvent();
        fixture.fair().endLiveEvent(ended);
        fixture.fair().addLiveEvent("Welders, today only");
        String paused = fixture.fair().liveEvents().get(1).id();
        fixture.fair().pauseLiveEvent(paused, true);
        poll();

        assertTableEqualsList();
        assertThat(fixture.one("select expired_at from jobby_live_event where id = ?", OffsetDateTime.class, ended))
                .isNotNull();
        assertThat(event(paused)).contains("paused");
        assertThat(changedSince(before)).hasSize(1);
        assertThat(fixture.alerts()).isEmpty();
        assertThat(fixture.one(
                        "select last_run_started_at from sync_state where stream = 'jobby_live_events'",
                        OffsetDateTime.class))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void eventRejectedByTheDatabaseIsSkippedWithAnAlert(String database) throws Exception {
        start(database);
        poll();
        String rejected = fixture.fair().liveEvents().get(0).id();
        String ended = fixture.fair().liveEvents().get(1).id();
        fixture.fair().endLiveEvent(ended);
        fixture.database.execute("delete from jobby_live_event where id = '" + rejected + "'");
        fixture.database.execute(
                "alter table jobby_live_event add constraint no_event check (id <> '" + rejected + "')");
        fixture.fair().addLiveEvent("Welders, today only");

        poll();

        assertThat(rows())
                .extracting(row -> row.get("id"))
                .doesNotContain(rejected)
                .contains(ended);
        assertThat(fixture.one(
                        "select count(*) from jobby_live_event where title = 'Welders, today only'", Integer.class))
                .isEqualTo(1);
        assertThat(fixture.one("select expired_at from jobby_live_event where id = ?", OffsetDateTime.class, ended))
                .as("missing events expire only after the whole list is stored")
                .isNull();
        assertThat(fixture.alerts()).containsExactly("event-refused");

        fixture.database.execute("alter table jobby_live_event drop constraint no_event");
        poll();
        assertTableEqualsList();
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void deferredConstraintRejectsItsEventOnly() throws Exception {
        start("postgresql");
        fixture.context();
        fixture.database.execute("create table allowed (id text primary key)");
        fixture.fair().liveEvents().stream()
                .skip(1)
                .forEach(event -> fixture.database.update("insert into allowed values (?)", event.id()));
        fixture.database.execute("alter table jobby_live_event add constraint known_event foreign key (id)"
                + " references allowed deferrable initially deferred");

        poll();

        assertThat(rows()).hasSize(fixture.fair().liveEvents().size() - 1);
        assertThat(fixture.alerts()).containsExactly("event-refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void eventListedAgainIsReactivated(String database) throws Exception {
        start(database);
        poll();
        OffsetDateTime firstSeen = fixture.one("select min(first_seen_at) from jobby_live_event", OffsetDateTime.class);
        answer("{\"data\":[]}");
        poll();
        assertThat(liveIds()).isEmpty();

        fixture.jobby().intercept(null);
        poll();

        assertTableEqualsList();
        assertThat(fixture.one("select max(first_seen_at) from jobby_live_event", OffsetDateTime.class))
                .isEqualTo(firstSeen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void possiblyTruncatedListExpiresNothing(String database) throws Exception {
        start(database);
        poll();
        fixture.fair().addLiveEvent();
        fixture.with("jobby.live-events.limit", "3");

        poll();

        assertThat(liveIds()).hasSize(4);
    }

    @Test
    void rowWithoutAnIdIsSkippedAndExpiresNothing() throws Exception {
        start("h2");
        poll();
        answer("""
                {"data":[{"id":"evt_new","title":7,"more":"\\u0000"},{"title":"no id"},{"id":"has a space"},{"slug":"evt_slug"},"evt_x",
                         {"id":"evt_new","title":"again"}]}
                """);

        poll();

        assertThat(liveIds()).hasSize(5).contains("evt_new", "evt_slug");
        assertThat(event("evt_new")).contains("\uFFFD");
    }

    @Test
    void listWithoutAnEnvelopeIsAccepted() throws Exception {
        start("h2");
        answer("[{\"id\":\"evt_bare\",\"title\":\"Bare\"}]");

        poll();

        assertThat(liveIds()).containsExactly("evt_bare");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | {\"data\":{}}                            | unreadable-answer",
                "200 | <html>                                   | unreadable-answer",
                "500 | oops                                     | status-500",
                "400 | {\"error\":\"no\",\"code\":\"VALIDATION\"} | validation"
            })
    void failureExpiresNothingAndKeepsItsAlert(int status, String body, String condition) throws Exception {
        start("h2");
        poll();
        OffsetDateTime watermark = watermark();
        fixture.jobby().intercept(request -> Interceptor.answer(status, Map.of(), body));

        assertThatThrownBy(this::poll).isInstanceOf(Exception.class);

        assertThat(liveIds()).hasSize(3);
        assertThat(fixture.alerts()).containsExactly(condition);
        assertThat(watermark()).isEqualTo(watermark);
        fixture.jobby().intercept(null);
        poll();
        assertThat(fixture.alerts()).isEmpty();
        assertThat(watermark()).isAfter(watermark);
    }

    @Test
    void truncatedResponseIsRetriedAndIsNoFailure() throws Exception {
        start("h2");
        fixture.jobby().intercept(request -> request.sequence() < 3 ? Interceptor.truncate(20) : Interceptor.pass());

        poll();

        assertTableEqualsList();
        assertThat(fixture.one("select count(*) from alert", Integer.class)).isZero();
    }

    @Test
    void onlyOneProcessReadsAtATime() throws Exception {
        start("h2");
        poll();
        fixture.database.update("update sync_state set lease_expires_at = dateadd(minute, 1, current_timestamp)"
                + " where stream = 'jobby_live_events'");

        assertThatThrownBy(this::poll).isInstanceOf(StreamLockedException.class);
        fixture.database.update(
                "update sync_state set lease_expires_at = current_timestamp where stream = 'jobby_live_events'");
        poll();
    }

    @Test
    void overtakenProcessCommitsNothing() throws Exception {
        start("h2");
        fixture.jobby().intercept(request -> {
            fixture.database.update(
                    "update sync_state set lease_token = random_uuid()" + " where stream = 'jobby_live_events'");
            return Interceptor.pass();
        });

        assertThatThrownBy(this::poll).isInstanceOf(Exception.class);

        assertThat(rows()).isEmpty();
    }

    /** The request took longer than the lease: pages of jobs that are being stored continue. */
    @Test
    void overtakenProcessKeepsItsOtherTransactions() throws Exception {
        start("postgresql");
        Tenant tenant = fixture.context()
                .getRegistry()
                .lookupByNameAndType("jobfeedTenants", TenantRegistry.class)
                .defaultTenant();
        JdbcTemplate jdbc = new JdbcTemplate(tenant.dataSource());
        List<Exchange> takeovers = new ArrayList<>();
        try (DefaultCamelContext other = fixture.newContext();
                ProducerTemplate template = other.createProducerTemplate()) {
            fixture.jobby().intercept(request -> {
                if (takeovers.isEmpty()) {
                    takeovers.add(null);
                    fixture.database.update("update sync_state set lease_expires_at = current_timestamp"
                            + " where stream = 'jobby_live_events'");
                    tenant.transaction().executeWithoutResult(status -> {
                        jdbc.update("update sync_state set lease_owner = lease_owner where stream = 'jobs'");
                        takeovers.set(0, template.send("direct:jobby-live-events", exchange -> {}));
                        jdbc.update("update sync_state set lease_owner = lease_owner where stream = 'jobs'");
                    });
                }
                return Interceptor.pass();
            });

            assertThatThrownBy(this::poll).hasRootCauseInstanceOf(LeaseLostException.class);
        }

        assertThat(takeovers.get(0).getException()).isNull();
        assertTableEqualsList();
    }

    @Test
    void eventsOfAnotherServerAreRejected() throws Exception {
        start("h2");
        poll();
        fixture.with("jobby.base-url", fixture.jobby().baseUrl().replace("127.0.0.1", "localhost"));

        assertThatThrownBy(this::poll).isInstanceOf(StoreOriginMismatchException.class);
    }

    @Test
    void scheduleRunsWithoutAToken() throws Exception {
        start("h2");
        fixture.with("jobby.token", "").with("jobfeed.jobby-live-events.schedule", "* * * * * ?");

        fixture.context();

        await().atMost(JobbyFixture.DEADLINE).until(() -> liveIds().size() == 3);
        fixture.fair().endLiveEvent(fixture.liveEvent());
        await().atMost(JobbyFixture.DEADLINE).until(() -> liveIds().size() == 2);
    }

    private void poll() throws Exception {
        fixture.send("direct:jobby-live-events", null, Map.of(), Object.class);
    }

    private void answer(String body) {
        fixture.jobby().intercept(request -> Interceptor.answer(200, Map.of(), body));
    }

    private void assertTableEqualsList() {
        assertThat(liveIds())
                .containsExactlyInAnyOrderElementsOf(fixture.fair().liveEvents().stream()
                        .map(event -> event.id())
                        .toList());
    }

    private List<String> liveIds() {
        return fixture.database.queryForList("select id from jobby_live_event where expired_at is null", String.class);
    }

    private String event(String id) {
        return fixture.one("select cast(event as text) from jobby_live_event where id = ?", String.class, id);
    }

    private List<Map<String, Object>> rows() {
        return fixture.database.queryForList(
                "select id, title, first_seen_at, last_changed_at from jobby_live_event order by id");
    }

    private List<Map<String, Object>> changedSince(List<Map<String, Object>> before) {
        return before.stream()
                .filter(row -> rows().stream()
                        .anyMatch(now -> now.get("id").equals(row.get("id"))
                                && !now.get("last_changed_at").equals(row.get("last_changed_at"))))
                .toList();
    }

    private OffsetDateTime watermark() {
        return fixture.one(
                "select last_run_started_at from sync_state where stream = 'jobby_live_events'", OffsetDateTime.class);
    }
}
