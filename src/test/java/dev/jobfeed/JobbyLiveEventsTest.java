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

/** The live events in the database. */
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
    void theTableFollowsTheList(String database) throws Exception {
        start(database);
        look();
        assertTableIsTheList();
        List<Map<String, Object>> before = rows();

        look();
        assertThat(rows()).usingRecursiveComparison().isEqualTo(before);

        String ended = fixture.liveEvent();
        fixture.fair().endLiveEvent(ended);
        fixture.fair().addLiveEvent("Welders, today only");
        String paused = fixture.fair().liveEvents().get(1).id();
        fixture.fair().pauseLiveEvent(paused, true);
        look();

        assertTableIsTheList();
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
    void anEventThatTheDatabaseRefusesIsPassedOverWithAnAlert(String database) throws Exception {
        start(database);
        look();
        String refused = fixture.fair().liveEvents().get(0).id();
        String ended = fixture.fair().liveEvents().get(1).id();
        fixture.fair().endLiveEvent(ended);
        fixture.database.execute("delete from jobby_live_event where id = '" + refused + "'");
        fixture.database.execute(
                "alter table jobby_live_event add constraint no_event check (id <> '" + refused + "')");
        fixture.fair().addLiveEvent("Welders, today only");

        look();

        assertThat(rows())
                .extracting(row -> row.get("id"))
                .doesNotContain(refused)
                .contains(ended);
        assertThat(fixture.one(
                        "select count(*) from jobby_live_event where title = 'Welders, today only'", Integer.class))
                .isEqualTo(1);
        assertThat(fixture.one("select expired_at from jobby_live_event where id = ?", OffsetDateTime.class, ended))
                .as("what is not on a list expires only when all of the list is stored")
                .isNull();
        assertThat(fixture.alerts()).containsExactly("event-refused");

        fixture.database.execute("alter table jobby_live_event drop constraint no_event");
        look();
        assertTableIsTheList();
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void aConstraintThatIsCheckedAtTheEndOfTheTransactionRefusesItsEventOnly() throws Exception {
        start("postgresql");
        fixture.context();
        fixture.database.execute("create table allowed (id text primary key)");
        fixture.fair().liveEvents().stream()
                .skip(1)
                .forEach(event -> fixture.database.update("insert into allowed values (?)", event.id()));
        fixture.database.execute("alter table jobby_live_event add constraint known_event foreign key (id)"
                + " references allowed deferrable initially deferred");

        look();

        assertThat(rows()).hasSize(fixture.fair().liveEvents().size() - 1);
        assertThat(fixture.alerts()).containsExactly("event-refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void anEventThatIsListedAgainComesBack(String database) throws Exception {
        start(database);
        look();
        OffsetDateTime firstSeen = fixture.one("select min(first_seen_at) from jobby_live_event", OffsetDateTime.class);
        answer("{\"data\":[]}");
        look();
        assertThat(live()).isEmpty();

        fixture.jobby().intercept(null);
        look();

        assertTableIsTheList();
        assertThat(fixture.one("select max(first_seen_at) from jobby_live_event", OffsetDateTime.class))
                .isEqualTo(firstSeen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aListThatMayBeCutExpiresNothing(String database) throws Exception {
        start(database);
        look();
        fixture.fair().addLiveEvent();
        fixture.with("jobby.live-events.limit", "3");

        look();

        assertThat(live()).hasSize(4);
    }

    @Test
    void aRowWithoutAnIdIsPassedOverAndExpiresNothing() throws Exception {
        start("h2");
        look();
        answer("""
                {"data":[{"id":"evt_new","title":7,"more":"\\u0000"},{"title":"no id"},{"id":"has a space"},{"slug":"evt_slug"},"evt_x",
                         {"id":"evt_new","title":"again"}]}
                """);

        look();

        assertThat(live()).hasSize(5).contains("evt_new", "evt_slug");
        assertThat(event("evt_new")).contains("\uFFFD");
    }

    @Test
    void aBareListIsAListToo() throws Exception {
        start("h2");
        answer("[{\"id\":\"evt_bare\",\"title\":\"Bare\"}]");

        look();

        assertThat(live()).containsExactly("evt_bare");
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
    void aFailureExpiresNothingAndIsToldUntilItEnds(int status, String body, String condition) throws Exception {
        start("h2");
        look();
        OffsetDateTime watermark = watermark();
        fixture.jobby().intercept(request -> Interceptor.answer(status, Map.of(), body));

        assertThatThrownBy(this::look).isInstanceOf(Exception.class);

        assertThat(live()).hasSize(3);
        assertThat(fixture.alerts()).containsExactly(condition);
        assertThat(watermark()).isEqualTo(watermark);
        fixture.jobby().intercept(null);
        look();
        assertThat(fixture.alerts()).isEmpty();
        assertThat(watermark()).isAfter(watermark);
    }

    @Test
    void anAnswerThatBreaksOffIsAskedForAgainAndIsNoFailure() throws Exception {
        start("h2");
        fixture.jobby().intercept(request -> request.sequence() < 3 ? Interceptor.truncate(20) : Interceptor.pass());

        look();

        assertTableIsTheList();
        assertThat(fixture.one("select count(*) from alert", Integer.class)).isZero();
    }

    @Test
    void twoDoNotLookAtTheSameTime() throws Exception {
        start("h2");
        look();
        fixture.database.update("update sync_state set lease_expires_at = dateadd(minute, 1, current_timestamp)"
                + " where stream = 'jobby_live_events'");

        assertThatThrownBy(this::look).isInstanceOf(StreamLockedException.class);
        fixture.database.update(
                "update sync_state set lease_expires_at = current_timestamp where stream = 'jobby_live_events'");
        look();
    }

    @Test
    void whoWasOvertakenCommitsNothing() throws Exception {
        start("h2");
        fixture.jobby().intercept(request -> {
            fixture.database.update(
                    "update sync_state set lease_token = random_uuid()" + " where stream = 'jobby_live_events'");
            return Interceptor.pass();
        });

        assertThatThrownBy(this::look).isInstanceOf(Exception.class);

        assertThat(rows()).isEmpty();
    }

    /** As after a request that took longer than the lease: the pages of jobs that are being stored go on. */
    @Test
    void whoIsOvertakenKeepsItsOtherTransactions() throws Exception {
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

            assertThatThrownBy(this::look).hasRootCauseInstanceOf(LeaseLostException.class);
        }

        assertThat(takeovers.get(0).getException()).isNull();
        assertTableIsTheList();
    }

    @Test
    void eventsOfAnotherServerAreNotMixedIn() throws Exception {
        start("h2");
        look();
        fixture.with("jobby.base-url", fixture.jobby().baseUrl().replace("127.0.0.1", "localhost"));

        assertThatThrownBy(this::look).isInstanceOf(StoreOriginMismatchException.class);
    }

    @Test
    void itRunsOnItsScheduleWithoutAToken() throws Exception {
        start("h2");
        fixture.with("jobby.token", "").with("jobfeed.jobby-live-events.schedule", "* * * * * ?");

        fixture.context();

        await().atMost(JobbyFixture.DEADLINE).until(() -> live().size() == 3);
        fixture.fair().endLiveEvent(fixture.liveEvent());
        await().atMost(JobbyFixture.DEADLINE).until(() -> live().size() == 2);
    }

    private void look() throws Exception {
        fixture.send("direct:jobby-live-events", null, Map.of(), Object.class);
    }

    private void answer(String body) {
        fixture.jobby().intercept(request -> Interceptor.answer(200, Map.of(), body));
    }

    private void assertTableIsTheList() {
        assertThat(live())
                .containsExactlyInAnyOrderElementsOf(fixture.fair().liveEvents().stream()
                        .map(event -> event.id())
                        .toList());
    }

    private List<String> live() {
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
