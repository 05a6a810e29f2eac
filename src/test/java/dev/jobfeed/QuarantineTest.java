package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.quarantine.QuarantineService;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests pages with rows that cannot be stored. */
class QuarantineTest {

    private SyncFixture fixture;

    private void start(String database, int jobs) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(jobs).descriptionBytes(300))
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    static Stream<Arguments> quarantinedRows() {
        return Stream.of("h2", "postgresql")
                .flatMap(database -> Stream.of(
                        arguments(database, invalidated(job -> job.remove("id")), false, "the row has no id"),
                        arguments(database, invalidated(job -> job.putNull("id")), false, "id is null and not a UUID"),
                        arguments(database, invalidated(job -> job.put("id", "job-17")), false, "id is 'job-17'"),
                        arguments(
                                database, invalidated(job -> job.put("title", 17)), true, "title is 17 and not a text"),
                        arguments(
                                database,
                                invalidated(job -> job.putObject("description").put("html", "x")),
                                true,
                                "description is an object"),
                        arguments(
                                database,
                                invalidated(job -> job.put("is_h1b_sponsor", "yes")),
                                true,
                                "is_h1b_sponsor is 'yes' and not true or false"),
                        arguments(
                                database,
                                invalidated(job -> job.put("created_at", "last week")),
                                true,
                                "created_at is 'last week'"),
                        arguments(
                                database,
                                invalidated(job -> job.put("updated_at", 1700000000)),
                                true,
                                "updated_at is 1700000000")));
    }

    private static Consumer<ObjectNode> invalidated(Consumer<ObjectNode> change) {
        return change;
    }

    @ParameterizedTest(name = "{0}, {3}")
    @MethodSource("quarantinedRows")
    void invalidRowIsQuarantinedAndItsPageIsStored(
            String database, Consumer<ObjectNode> change, boolean hasId, String reason) throws Exception {
        start(database, 5);
        UUID id = firstId();
        rewriteFirstRow(change);

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().received()).isEqualTo(5);
        assertThat(run.counts().inserted()).isEqualTo(4);
        assertThat(run.counts().quarantined()).isEqualTo(1);
        Map<String, Object> row = fixture.database.queryForMap("select * from quarantine");
        assertThat(row.get("stream")).isEqualTo("jobs");
        assertThat(row.get("run_id")).isEqualTo(run.id());
        assertThat(row.get("job_id")).isEqualTo(hasId ? id : null);
        assertThat(row.get("reason").toString()).startsWith(reason);
        assertThat(row.get("closed_at")).isNull();
        ObjectNode delivered =
                (ObjectNode) SyncFixture.parse(fixture.sandbox.data().json(id));
        change.accept(delivered);
        assertThat(SyncFixture.parse(fixture.one("select payload from quarantine", String.class)))
                .isEqualTo(delivered);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void elementThatIsNoObjectIsQuarantined(String database) throws Exception {
        start(database, 5);
        rewrite(page -> {
            ArrayNode jobs = (ArrayNode) page.get("jobs");
            jobs.add("text").add(17).addNull().addArray();
            jobs.addObject();
        });

        Run run = fixture.sync();

        assertThat(run.counts().inserted()).isEqualTo(5);
        assertThat(run.counts().quarantined()).isEqualTo(5);
        assertThat(open()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void halfAPageOfInvalidRowsIsAccepted(String database) throws Exception {
        start(database, 1000);
        rewrite(page -> {
            for (int i = 0; i < 1000; i += 2) {
                ((ObjectNode) page.get("jobs").get(i)).put("created_at", "soon");
            }
        });

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().inserted()).isEqualTo(500);
        assertThat(run.counts().quarantined()).isEqualTo(500);
        assertThat(open()).isEqualTo(500);
    }

    @ParameterizedTest
    @CsvSource({"h2, 19, false", "h2, 20, true", "postgresql, 19, false", "postgresql, 20, true"})
    void pageOfInvalidRowsOnlyFails(String database, int rows, boolean fault) throws Exception {
        start(database, rows);
        rewrite(page -> page.get("jobs").forEach(job -> ((ObjectNode) job).put("title", false)));

        if (!fault) {
            assertThat(fixture.sync().counts().quarantined()).isEqualTo(rows);
            return;
        }
        assertThatThrownBy(fixture::sync)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("title is false and not a text");

        assertThat(fixture.run().status()).isEqualTo("open");
        assertThat(fixture.run().pages()).isZero();
        assertThat(fixture.feed()).hasSize(1);
        assertThat(open()).isZero();
        assertThat(fixture.alerts()).containsExactly("page-unusable");

        fixture.sandbox.intercept(null);
        fixture.sync();
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void unstorableTextIsRepaired(String database) throws Exception {
        start(database, 3);
        UUID id = firstId();
        String nul = "a\0b";
        String loneSurrogate = "a\ud83d";
        rewriteFirstRow(job -> {
            job.put("title", nul).put("description", loneSurrogate + "b").put("summary", "\udc00 \ud83d\ude00");
            ((ObjectNode) job.get("company")).put("name", nul).put(loneSurrogate, loneSurrogate);
            job.put("valid_through", "soon" + nul);
            job.put(nul, loneSurrogate);
        });

        Run run = fixture.sync();

        assertThat(run.counts().inserted()).isEqualTo(3);
        Map<String, Object> row = fixture.database.queryForMap(
                "select title, description, summary, company_name, cast(extra as text) as extra,"
                        + " cast(company as text) as company from job where id = ?",
                id);
        assertThat(row.get("title")).isEqualTo("a\ufffdb");
        assertThat(fixture.one("select description from job where id = ?", String.class, id))
                .isEqualTo("a\ufffdb");
        assertThat(row.get("summary")).isEqualTo("\ufffd \ud83d\ude00");
        assertThat(row.get("company_name")).isEqualTo("a\ufffdb");
        assertThat(fixture.one("select cast(company as text) from job where id = ?", String.class, id))
                .contains("a\ufffd");
        assertThat(SyncFixture.parse(fixture.one("select cast(extra as text) from job where id = ?", String.class, id))
                        .get("a\ufffdb")
                        .textValue())
                .isEqualTo("a\ufffd");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void invalidRowsWithUnstorableTextAreQuarantined(String database) throws Exception {
        start(database, 3);
        rewriteFirstRow(job -> job.put("title", "a\0b").put("created_at", "\0\ud83d"));

        assertThat(fixture.sync().counts().quarantined()).isEqualTo(1);
        assertThat(fixture.one("select reason from quarantine", String.class)).contains("\ufffd\ufffd");
        assertThat(fixture.one("select payload from quarantine", String.class)).contains("a\ufffdb");
    }

    /** Provides content of a size or form that must not make a page fail at every attempt. */
    static Stream<Arguments> unusualContent() {
        String large = "x".repeat(5_000_000);
        return Stream.of("h2", "postgresql")
                .flatMap(database -> Stream.of(
                        arguments(database, "description", (Consumer<ObjectNode>) job -> job.put("description", large)),
                        arguments(database, "summary", (Consumer<ObjectNode>) job -> job.put("summary", large)),
                        arguments(database, "company", (Consumer<ObjectNode>)
                                job -> job.putObject("company").put("summary", large)),
                        arguments(database, "extra", (Consumer<ObjectNode>) job -> job.put("unknown", large)),
                        arguments(database, "bad row", (Consumer<ObjectNode>)
                                job -> job.put("summary", large).put("created_at", "?")),
                        arguments(database, "large number", (Consumer<ObjectNode>)
                                job -> job.putObject("compensation").put("min", new java.math.BigDecimal("1e200000"))),
                        arguments(database, "small number", (Consumer<ObjectNode>) job ->
                                job.putObject("compensation").put("min", new java.math.BigDecimal("1e-200000")))));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("unusualContent")
    void noRowMakesItsPageFail(String database, String name, Consumer<ObjectNode> change) throws Exception {
        start(database, 3);
        rewriteFirstRow(change);

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().inserted() + run.counts().quarantined()).isEqualTo(3);
        assertThat(run.counts().inserted()).isGreaterThanOrEqualTo(2);
        if (name.equals("description")) {
            assertThat(fixture.one("select max(length(description)) from job", Integer.class))
                    .isEqualTo(5_000_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void quarantinedRowIsClosedWhenItsJobExpires(String database) throws Exception {
        start(database, 5);
        UUID id = firstId();
        rewriteFirstRow(job -> job.put("title", 1));
        fixture.sync();
        assertThat(open()).isEqualTo(1);
        fixture.sandbox.intercept(null);
        fixture.sandbox.data().expireJob(id);

        fixture.sync();

        assertThat(open()).isZero();
        assertThat(fixture.one("select count(*) from job where id = ?", Integer.class, id))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void quarantinedRowIsClosedWhenDeliveredValid(String database) throws Exception {
        start(database, 5);
        rewriteFirstRow(job -> job.put("title", 1));
        fixture.sync();
        fixture.sandbox.intercept(null);
        resync();

        assertThat(open()).isZero();
        assertThat(fixture.one("select closed_at is not null from quarantine", Boolean.class))
                .isTrue();
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void quarantinedRowIsClosedWhenDeliveredValidInTheSameRun(String database) throws Exception {
        start(database, 6);
        fixture.with("jobo.jobs.batch-size", "3");
        AtomicReference<ObjectNode> repaired = new AtomicReference<>();
        rewrite(page -> {
            ArrayNode jobs = (ArrayNode) page.get("jobs");
            if (repaired.get() == null) {
                repaired.set(jobs.get(0).deepCopy());
                ((ObjectNode) jobs.get(0)).put("title", 1);
            } else {
                jobs.add(repaired.get());
            }
        });

        Run run = fixture.sync();

        assertThat(run.counts().quarantined()).isEqualTo(1);
        assertThat(run.counts().inserted()).isEqualTo(6);
        assertThat(open()).isZero();
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @CsvSource({"h2, true", "h2, false", "postgresql, true", "postgresql, false"})
    void sameInvalidRowIsQuarantinedOnce(String database, boolean hasId) throws Exception {
        start(database, 5);
        rewriteFirstRow(job -> {
            job.put("title", 1);
            if (!hasId) {
                job.remove("id");
            }
        });
        fixture.sync();
        OffsetDateTime first = fixture.one("select quarantined_at from quarantine", OffsetDateTime.class);

        resync();
        Run third = resync();

        assertThat(third.counts().quarantined()).isEqualTo(1);
        assertThat(fixture.one("select count(*) from quarantine", Integer.class))
                .isEqualTo(1);
        assertThat(open()).isEqualTo(1);
        assertThat(fixture.one("select quarantined_at from quarantine", OffsetDateTime.class))
                .isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void newerInvalidVersionReplacesTheFirst(String database) throws Exception {
        start(database, 5);
        rewriteFirstRow(job -> job.put("title", 1));
        fixture.sync();
        rewriteFirstRow(job -> job.put("title", 2));

        resync();

        assertThat(fixture.one("select reason from quarantine where closed_at is null", String.class))
                .isEqualTo("title is 2 and not a text");
        assertThat(fixture.one("select count(*) from quarantine where closed_at is not null", Integer.class))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void jobThatExpiresDuringARetryStaysExpired(String database) throws Exception {
        start(database, 5);
        fixture.sync();
        rewriteFirstRow(job -> job.put("title", 1));
        resync();
        QuarantineService quarantine = fixture.tenant().quarantine();
        ObjectNode row = (ObjectNode) SyncFixture.parse(quarantine.open().get(0).payload());
        fixture.database.update(
                "update quarantine set payload = ?", row.put("title", "good").toString());
        QuarantineService.Entry entry = quarantine.open().get(0);

        Optional<String> invalidated = LockWait.runWhileBlocked(
                fixture.database,
                () -> fixture.database.update(
                        "update job set expired_at = current_timestamp, expired_reason = 'swept' where id = ?",
                        entry.jobId()),
                () -> quarantine.retry(entry));

        assertThat(invalidated).isEmpty();
        assertThat(fixture.one("select expired_reason from job where id = ?", String.class, entry.jobId()))
                .isEqualTo("swept");
        assertThat(open()).isZero();
    }

    private Run resync() throws Exception {
        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now());
        return fixture.sync();
    }

    private UUID firstId() {
        return fixture.sandbox.data().activeIds().findFirst().orElseThrow();
    }

    private int open() {
        return fixture.one("select count(*) from quarantine where closed_at is null", Integer.class);
    }

    private void rewriteFirstRow(Consumer<ObjectNode> change) {
        rewrite(page -> change.accept((ObjectNode) page.get("jobs").get(0)));
    }

    private void rewrite(Consumer<ObjectNode> change) {
        fixture.sandbox.intercept(request -> request.endpoint() != Endpoint.JOBS_FEED
                ? Interceptor.pass()
                : Interceptor.rewrite(body -> {
                    ObjectNode page = (ObjectNode) SyncFixture.parse(new String(body, StandardCharsets.UTF_8));
                    change.accept(page);
                    return bytes(page);
                }));
    }

    /** Returns the page with escapes for invalid surrogates, which UTF-8 cannot encode. */
    private static byte[] bytes(JsonNode page) {
        try {
            return new JsonMapper(JsonFactory.builder()
                            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                            .build())
                    .writeValueAsBytes(page);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
