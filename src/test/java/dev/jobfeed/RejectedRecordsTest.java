package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.quarantine.QuarantineService;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests rows that only the database rejects, in pages with others. */
class RejectedRecordsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private SyncFixture fixture;

    private void start(String database, int jobs) throws Exception {
        fixture = SyncFixture.of(
                        database,
                        SandboxOptions.builder().jobs(jobs).careerSites(60).descriptionBytes(300))
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({"h2, 3", "h2, 700", "postgresql, 3", "postgresql, 700"})
    void rowRejectedByAConstraintIsQuarantinedAndItsPageIsStored(String database, int jobs) throws Exception {
        start(database, jobs);
        fixture.context();
        fixture.database.execute("alter table job add constraint no_spam check (title <> 'spam')");
        UUID id = ids().get(jobs / 2);
        rewrite("jobs", job -> job.put("title", "spam"), id);

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().received()).isEqualTo(jobs);
        assertThat(run.counts().inserted()).isEqualTo(jobs - 1);
        assertThat(run.counts().quarantined()).isEqualTo(1);
        Map<String, Object> entry = fixture.database.queryForMap("select * from quarantine");
        assertThat(entry.get("job_id")).isEqualTo(id);
        assertThat(entry.get("reason").toString())
                .startsWith("the database refused the row: ")
                .containsIgnoringCase("no_spam");
        assertThat(fixture.alerts()).isEmpty();
        assertThat(fixture.one("select count(*) from job_change where job_id = ?", Integer.class, id))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"source", "company"})
    void valueTooLongForAnIndexIsQuarantined(String field) throws Exception {
        start("postgresql", 30);
        UUID id = ids().get(7);
        rewrite(
                "jobs",
                job -> {
                    if (field.equals("source")) {
                        job.put("source", random(12_000));
                    } else {
                        ((ObjectNode) job.get("company")).put("id", random(12_000));
                    }
                },
                id);

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().inserted()).isEqualTo(29);
        assertThat(fixture.one("select reason from quarantine where job_id = ?", String.class, id))
                .contains("index row ")
                .hasSizeLessThan(300);
        assertThat(SyncFixture.parse(fixture.one("select payload from quarantine", String.class)))
                .isEqualTo(delivered(id));
    }

    @ParameterizedTest
    @CsvSource({"h2, false", "h2, true", "postgresql, false", "postgresql, true"})
    void rejectedUpdateAndReactivationKeepTheStoredRow(String database, boolean expired) throws Exception {
        start(database, 30);
        fixture.sync();
        UUID id = ids().get(3);
        if (expired) {
            fixture.database.update(
                    "update job set expired_at = current_timestamp, expired_reason = 'swept' where id = ?", id);
        }
        String before = fixture.one("select title from job where id = ?", String.class, id);
        fixture.database.execute("update job set source = 'kept' where id = '" + id + "'");
        fixture.database.execute("alter table job add constraint no_return"
                + " check (title <> 'spam' and (source <> 'kept' or expired_at is not null or '" + expired
                + "' = 'false'))");
        if (!expired) {
            rewrite("jobs", job -> job.put("title", "spam"), id);
        }

        Run run = resync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().quarantined()).isEqualTo(1);
        assertThat(run.counts().inserted()).isZero();
        assertThat(run.counts().reactivated()).isZero();
        assertThat(fixture.one("select title from job where id = ?", String.class, id))
                .isEqualTo(before);
        assertThat(fixture.one("select expired_at is not null from job where id = ?", Boolean.class, id))
                .isEqualTo(expired);
        assertThat(open()).isEqualTo(1);
    }

    /** A constraint may be newer than rows that violate it; only the hash of such a row would be written. */
    @ParameterizedTest
    @CsvSource({"h2, nocheck", "postgresql, not valid"})
    void unchangedRowThatViolatesAConstraintStaysAsItIs(String database, String unchecked) throws Exception {
        start(database, 30);
        rewrite("jobs", job -> {}, null);
        fixture.sync();
        UUID id = ids().get(3);
        String title = fixture.one("select title from job where id = ?", String.class, id);
        fixture.database.execute("update job set raw_hash = null");
        fixture.database.execute("alter table job add constraint other_title check (title <> '"
                + title.replace("'", "''") + "') " + unchecked);
        UUID changed = ids().get(5);
        rewrite("jobs", job -> job.put("summary", "changed"), changed);

        Run run = resync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().quarantined()).isZero();
        assertThat(run.counts().updated()).isOne();
        assertThat(run.counts().unchanged()).isEqualTo(29);
        assertThat(open()).isZero();
        assertThat(fixture.one("select summary from job where id = ?", String.class, changed))
                .isEqualTo("changed");
        assertThat(fixture.one("select title from job where id = ?", String.class, id))
                .isEqualTo(title);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void rejectedRowIsStoredWhenDeliveredAfterTheConstraintIsDropped(String database) throws Exception {
        start(database, 30);
        fixture.context();
        fixture.database.execute("alter table job add constraint no_spam check (title <> 'spam')");
        UUID id = ids().get(3);
        rewrite("jobs", job -> job.put("title", "spam").put("unknown", 17), id);
        fixture.sync();
        assertThat(open()).isEqualTo(1);
        fixture.database.execute("alter table job drop constraint no_spam");

        Run run = resync();

        assertThat(run.counts().inserted()).isEqualTo(1);
        assertThat(open()).isZero();
        assertThat(fixture.one("select title from job where id = ?", String.class, id))
                .isEqualTo("spam");
    }

    @ParameterizedTest
    @CsvSource({"h2, jobs", "h2, career_sites", "postgresql, jobs", "postgresql, career_sites"})
    void retryStoresTheDeliveredRowOrReportsTheReason(String database, String stream) throws Exception {
        start(database, 60);
        fixture.context();
        String table = stream.equals("jobs") ? "job" : "career_site";
        String name = stream.equals("jobs") ? "title" : "name";
        fixture.database.execute("alter table " + table + " add constraint no_spam check (" + name + " <> 'spam')");
        UUID[] id = new UUID[1];
        rewriteFirst(stream, row -> {
            id[0] = UUID.fromString(row.get("id").textValue());
            row.put(name, "spam").put("unknown", 17).put("\"quoted\"", "\\").put("valid_through", "some day");
        });
        assertThat(fixture.syncStream(stream).counts().quarantined()).isEqualTo(stream.equals("jobs") ? 1 : 2);
        QuarantineService quarantine = fixture.tenant().quarantine();
        QuarantineService.Entry entry = quarantine.open().stream()
                .filter(each -> id[0].equals(each.jobId()))
                .findFirst()
                .orElseThrow();

        assertThat(quarantine.retry(entry).orElseThrow()).containsIgnoringCase("no_spam");
        fixture.database.execute("alter table " + table + " drop constraint no_spam");
        assertThat(quarantine.retry(entry)).isEmpty();

        assertThat(fixture.one("select " + name + " from " + table + " where id = ?", String.class, id[0]))
                .isEqualTo("spam");
        fixture.tenant().states().requestResync(stream, OffsetDateTime.now());
        assertThat(fixture.syncStream(stream).counts().updated()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void rejectedCareerSiteIsQuarantined(String database) throws Exception {
        start(database, 3);
        fixture.context();
        fixture.database.execute("alter table career_site add constraint no_spam check (name <> 'spam')");
        rewriteFirst("career_sites", site -> site.put("name", "spam"));

        Run run = fixture.syncCareerSites();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().inserted()).isEqualTo(58);
        assertThat(run.counts().quarantined()).isEqualTo(2);
    }

    @Test
    void deferredConstraintRejectsItsRowsOnly() throws Exception {
        start("postgresql", 30);
        fixture.context();
        fixture.database.execute("create table allowed (source text primary key)");
        fixture.database.execute("insert into allowed select 'good'");
        fixture.database.execute("alter table job add constraint known_source foreign key (source)"
                + " references allowed deferrable initially deferred");
        UUID id = ids().get(3);
        rewrite("jobs", job -> job.put("source", "good"), null);
        rewrite(
                "jobs",
                job -> job.put("source", job.get("id").textValue().equals(id.toString()) ? "bad" : "good"),
                null);

        Run run = fixture.sync();

        assertThat(run.counts().inserted()).isEqualTo(29);
        assertThat(fixture.one("select reason from quarantine where job_id = ?", String.class, id))
                .contains("known_source");
        QuarantineService quarantine = fixture.tenant().quarantine();
        assertThat(quarantine.retry(quarantine.open().get(0)).orElseThrow()).contains("known_source");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "java.sql.SQLException(\"no spam\")",
                "java.sql.SQLException(\"no spam\", \"45000\")",
                "IllegalArgumentException(\"no spam\")"
            })
    void rowRejectedByAnH2TriggerIsQuarantined(String thrown) throws Exception {
        start("h2", 30);
        fixture.context();
        UUID id = ids().get(3);
        fixture.database.execute("create trigger refuse before insert on job for each row as"
                + " 'org.h2.api.Trigger create() { return (connection, before, after) ->"
                + " { if (after[0].toString().equals(\"" + id + "\")) throw new " + thrown + "; }; }'");

        Run run = fixture.sync();

        assertThat(run.counts().inserted()).isEqualTo(29);
        assertThat(fixture.one("select reason from quarantine where job_id = ?", String.class, id))
                .contains("no spam");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void rejectedPageFailsTheAttemptWithOneAlert(String database) throws Exception {
        start(database, 20);
        fixture.context();
        fixture.database.execute("alter table job add constraint nothing check (title = 'nothing')");

        try (LogLines log = LogLines.record()) {
            assertThatThrownBy(fixture::sync)
                    .hasRootCauseInstanceOf(AttemptFailedException.class)
                    .hasMessageContaining("None of the 20 rows of a page can be stored")
                    .hasMessageContaining("the database refused the row")
                    .hasMessageContaining("constraint, trigger or limit");
            assertThat(log.lines("ERROR")).hasSize(1);
            assertThat(log.text()).doesNotContain("insert into").doesNotContain("\tat ");
        }

        assertThat(fixture.run().status()).isEqualTo("open");
        assertThat(fixture.run().pages()).isZero();
        assertThat(open()).isZero();
        assertThat(fixture.alerts()).containsExactly("page-unusable");
        assertThat(fixture.one("select notified_at is not null from alert", Boolean.class))
                .isTrue();
        fixture.database.execute("alter table job drop constraint nothing");
        fixture.sync();
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void errorThatIsNotOfARowFailsTheAttempt(String database) throws Exception {
        start(database, 30);
        fixture.with("jobo.jobs.batch-size", "10").context();
        int[] pages = {0};
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && ++pages[0] == 2) {
                fixture.database.execute("alter table job rename to gone");
            }
            return Interceptor.pass();
        });

        try (LogLines log = LogLines.record()) {
            Throwable failure = catchThrowable(fixture::sync);

            assertThat(failure).isNotNull();
            assertThat(log.lines("ERROR")).hasSize(1);
            assertThat(log.lines("ERROR").get(0))
                    .contains("stays open: The database refused '")
                    .containsIgnoringCase("job")
                    .doesNotContain("SQL statement");
            assertThat(log.text()).doesNotContain("\tat ");
        }

        assertThat(fixture.run().status()).isEqualTo("open");
        assertThat(fixture.run().lastError()).contains("The database refused").doesNotContain("SQL statement");
        assertThat(fixture.alerts()).containsExactly("database");
        assertThat(fixture.one("select notified_at is not null from alert", Boolean.class))
                .isTrue();
        fixture.database.execute("alter table gone rename to job");
        fixture.sandbox.intercept(null);
        fixture.sync();
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void rollbackByAStepFailsTheAttemptWithAnAlert() throws Exception {
        start("h2", 30);
        AdviceWith.adviceWith(
                fixture.context(), "feed-store-page", advice -> advice.weaveById("feed-store-page-checkpoint")
                        .before()
                        .process(exchange -> exchange.setRollbackOnly(true)));

        assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);

        assertThat(fixture.one("select count(*) from job", Integer.class)).isZero();
        assertThat(fixture.alerts()).containsExactly("rolled-back");
        assertThat(fixture.one("select notified_at is not null from alert", Boolean.class))
                .isTrue();
        assertThat(fixture.one("select lease_token is null from sync_state where stream = 'jobs'", Boolean.class))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void lostLeaseWhileRejectedRowsAreExcludedQuarantinesNothing(String database) throws Exception {
        start(database, 30);
        fixture.context();
        fixture.database.execute("alter table job add constraint no_spam check (title <> 'spam')");
        rewriteFirst("jobs", job -> job.put("title", "spam"));
        int[] checkpoints = {0};
        AdviceWith.adviceWith(
                fixture.context(), "feed-store-page", advice -> advice.weaveById("feed-store-page-checkpoint")
                        .before()
                        .process(exchange -> {
                            checkpoints[0]++;
                            exchange.getVariable("jobfeedAttempt", dev.jobfeed.sync.SyncAttempt.class)
                                    .lease()
                                    .close();
                        }));

        assertThatThrownBy(fixture::sync).isInstanceOf(LeaseLostException.class);

        assertThat(checkpoints[0]).isEqualTo(1);
        assertThat(open()).isZero();
        assertThat(fixture.one("select count(*) from job", Integer.class)).isZero();
    }

    private Run resync() throws Exception {
        resyncRequested();
        return fixture.sync();
    }

    private void resyncRequested() throws Exception {
        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now());
    }

    private List<UUID> ids() {
        return fixture.sandbox.data().activeIds().toList();
    }

    private int open() {
        return fixture.one("select count(*) from quarantine where closed_at is null", Integer.class);
    }

    private JsonNode last;

    private JsonNode delivered(UUID id) {
        for (JsonNode job : last.get("jobs")) {
            if (job.get("id").textValue().equals(id.toString())) {
                return job;
            }
        }
        throw new AssertionError(id);
    }

    private static String random(int length) {
        return new Random(1)
                .ints(length, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Rewrites the row with this id, or all of them. */
    private void rewrite(String array, Consumer<ObjectNode> change, UUID id) {
        rewritePage(array, page -> page.get(array).forEach(row -> {
            if (id == null || row.get("id").textValue().equals(id.toString())) {
                change.accept((ObjectNode) row);
            }
        }));
    }

    /** Rewrites the first row of each page. */
    private void rewriteFirst(String array, Consumer<ObjectNode> change) {
        rewritePage(array, page -> {
            if (!page.get(array).isEmpty()) {
                change.accept((ObjectNode) page.get(array).get(0));
            }
        });
    }

    private void rewritePage(String array, Consumer<ObjectNode> change) {
        fixture.sandbox.intercept(request ->
                request.endpoint() != (array.equals("jobs") ? Endpoint.JOBS_FEED : Endpoint.CAREER_SITES_FEED)
                        ? Interceptor.pass()
                        : Interceptor.rewrite(body -> {
                            ObjectNode page = (ObjectNode) SyncFixture.parse(new String(body, StandardCharsets.UTF_8));
                            change.accept(page);
                            last = page;
                            try {
                                return JSON.writeValueAsBytes(page);
                            } catch (JsonProcessingException e) {
                                throw new IllegalArgumentException(e);
                            }
                        }));
    }
}
