package dev.jobfeed.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.LockWait;
import dev.jobfeed.PostgresServer;
import dev.jobfeed.feed.ColumnGroup;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedRecord;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.feed.FieldDefinition;
import dev.jobfeed.feed.RecordSchema;
import dev.jobfeed.feed.Responses;
import dev.jobfeed.feed.UnparsedRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** Tests that an update leaves the unchanged parts of a row as they are. */
class RecordRepositoryTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-11-24T00:00:00Z");

    private JdbcTemplate database;
    private TransactionTemplate transaction;

    private RecordRepository store(String name, FeedDefinition source) throws Exception {
        boolean isH2 = name.equals("h2");
        DataSource dataSource = new DriverManagerDataSource(
                isH2 ? "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1" : PostgresServer.newDatabase());
        Dialect kind = isH2 ? Dialect.H2 : Dialect.POSTGRESQL;
        kind.migrate(dataSource, Optional.empty());
        database = new JdbcTemplate(dataSource);
        transaction = new TransactionTemplate(new DataSourceTransactionManager(dataSource));
        return new RecordRepository(source, dataSource, kind);
    }

    private void sync(RecordRepository store, List<FeedRecord> rows) {
        transaction.executeWithoutResult(status -> store.write(store.changes(rows), NOW));
    }

    private void sync(RecordRepository store, ObjectNode job) {
        sync(store, List.of(row(FeedDefinition.JOBS, job)));
    }

    private static FeedRecord row(FeedDefinition source, ObjectNode json) {
        try {
            return FeedResponseParser.row(json.toString(), source.shape())
                    .rows()
                    .get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode job(int number) {
        return full(FeedDefinition.JOBS, new UUID(1, number));
    }

    /** Returns a row with a value in each field. */
    private static ObjectNode full(FeedDefinition source, UUID id) {
        ObjectNode row = JSON.createObjectNode().put("id", id.toString()).put("unknown", 1);
        for (FieldDefinition field : source.shape().fields()) {
            switch (field.kind()) {
                case TEXT -> row.put(field.name(), field.name());
                case BOOLEAN -> row.put(field.name(), true);
                case TIMESTAMP, LENIENT_TIMESTAMP -> row.put(field.name(), "2026-04-29T05:00:03.198870Z");
                case JSON -> row.putObject(field.name()).put("id", "c1").put("name", field.name());
            }
        }
        return row;
    }

    private static void change(ObjectNode row, FieldDefinition field) {
        switch (field.kind()) {
            case TEXT -> row.put(field.name(), "other");
            case BOOLEAN -> row.put(field.name(), false);
            case TIMESTAMP, LENIENT_TIMESTAMP -> row.put(field.name(), "2026-04-30T05:00:03.198870Z");
            case JSON -> row.putObject(field.name()).put("id", "c2").put("name", "other");
        }
    }

    static Stream<Arguments> feeds() {
        return Stream.of("h2", "postgresql")
                .flatMap(name -> Stream.of(FeedDefinition.values()).map(source -> Arguments.of(name, source)));
    }

    @ParameterizedTest
    @MethodSource("feeds")
    void updatedRowEqualsAnInsertedOne(String name, FeedDefinition source) throws Exception {
        RecordRepository store = store(name, source);
        List<FeedRecord> before = new ArrayList<>();
        List<FeedRecord> after = new ArrayList<>();
        List<FeedRecord> deliveredAgain = new ArrayList<>();
        List<Consumer<ObjectNode>> changes = new ArrayList<>();
        source.shape().fields().forEach(field -> changes.add(row -> change(row, field)));
        changes.add(row -> row.put("unknown", 2));
        changes.add(row -> source.shape().fields().forEach(field -> change(row, field)));
        for (int i = 0; i < changes.size(); i++) {
            ObjectNode row = full(source, new UUID(1, i));
            before.add(row(source, row));
            changes.get(i).accept(row);
            after.add(row(source, row));
            deliveredAgain.add(row(source, row.put("id", new UUID(2, i).toString())));
        }
        sync(store, before);

        sync(store, after);
        sync(store, deliveredAgain);

        List<Map<String, String>> stored =
                after.stream().map(row -> columns(source, row.id())).toList();
        assertThat(stored).doesNotHaveDuplicates();
        assertThat(stored)
                .isEqualTo(deliveredAgain.stream()
                        .map(row -> columns(source, row.id()))
                        .toList());
        assertThat(store.changes(after)).isEmpty();
    }

    /** Returns all delivered values as text, with the hash that the next lookup compares. */
    private Map<String, String> columns(FeedDefinition source, UUID id) {
        RecordSchema shape = source.shape();
        String columns = Stream.concat(
                        Stream.of("extra", "content_hash"),
                        Stream.concat(
                                shape.fields().stream().map(FieldDefinition::name),
                                shape.members().stream().map(RecordSchema.Member::name)))
                .map(column -> "cast(" + column + " as varchar) as " + column)
                .collect(Collectors.joining(", "));
        return database
                .queryForMap("select " + columns + " from " + source.table() + " where id = ?", id)
                .entrySet()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, column -> String.valueOf(column.getValue())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void unchangedRowIsNotWritten(String name) throws Exception {
        RecordRepository store = store(name, FeedDefinition.JOBS);
        ObjectNode job = job(1);
        sync(store, job);
        // a value that only a write would remove
        database.update("update job set description = 'mine', benefits = null, title = 'mine'");

        sync(store, job.put("summary", "other"));
        assertThat(written()).isEqualTo("title mine");

        sync(store, job.put("description", "other"));
        assertThat(written()).isEqualTo("title other");

        database.update("update job set description = 'mine'");
        job.putArray("locations");
        sync(store, job);
        assertThat(written()).startsWith("title mine ").contains("benefits");
    }

    private String written() {
        return database.queryForObject(
                "select concat_ws(' ', title, description, cast(benefits as varchar)) from job", String.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void rowWithAnUnknownHashIsWrittenCompletely(String name) throws Exception {
        RecordRepository store = store(name, FeedDefinition.JOBS);
        ObjectNode job = job(1);
        sync(store, job);
        database.update("update job set description = 'mine', benefits = null, content_hash = ?", new byte[1]);

        sync(store, job);

        assertThat(written()).startsWith("title description ").contains("benefits");
    }

    /** Changes a row as another process does after a page has looked it up. */
    private interface Other {
        void run(RecordRepositoryTest test, RecordRepository store, ObjectNode row);
    }

    static Stream<Arguments> concurrentChanges() {
        Other changes = (test, store, row) -> {
            row.put("description", "between").putArray("benefits").add("between");
            store.write(store.changes(List.of(row(FeedDefinition.JOBS, row))), NOW);
        };
        Other deletes = (test, store, row) -> test.database.update("delete from job where id = ?", id(row));
        return Stream.of("h2", "postgresql")
                .flatMap(name -> Stream.of(
                        Arguments.of(name, Named.of("changes it", changes)),
                        Arguments.of(name, Named.of("deletes it", deletes))));
    }

    /** The transaction of the other process is still open when the page reaches the row. */
    @ParameterizedTest
    @MethodSource("concurrentChanges")
    void concurrentChangeBetweenLookupAndUpdateIsNotMixedWithThePage(String name, Other other) throws Exception {
        RecordRepository store = store(name, FeedDefinition.JOBS);
        List<FeedRecord> page = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            ObjectNode job = job(i);
            if (i < 3) {
                sync(store, job);
            }
            page.add(row(FeedDefinition.JOBS, job.put("title", "other")));
        }
        List<RecordChange> changes = store.changes(page);

        LockWait.runWhileBlocked(
                database,
                () -> other.run(this, store, job(2)),
                () -> transaction.execute(status -> {
                    store.write(changes, NOW);
                    return null;
                }));

        List<Map<String, String>> rows =
                page.stream().map(row -> columns(FeedDefinition.JOBS, row.id())).toList();
        assertThat(rows).hasSize(3).containsOnly(rows.get(2));
        assertThat(store.changes(page)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void olderRowDoesNotReplaceOneStoredAfterTheLookup(String name) throws Exception {
        RecordRepository store = store(name, FeedDefinition.JOBS);
        ObjectNode job = job(1);
        sync(store, job);
        FeedRecord older = row(FeedDefinition.JOBS, job.put("title", "older"));
        List<RecordChange> changes = store.changes(List.of(older));
        FeedRecord newer =
                row(FeedDefinition.JOBS, job.put("title", "newer").put("updated_at", "2026-05-01T00:00:00Z"));
        sync(store, List.of(newer));

        transaction.executeWithoutResult(status -> store.write(changes, NOW));

        assertThat(database.queryForObject("select title from job", String.class))
                .isEqualTo("newer");
        assertThat(store.changes(List.of(newer))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("feeds")
    void onlyRowsWithOtherBytesAreParsed(String name, FeedDefinition source) throws Exception {
        RecordRepository store = store(name, source);
        List<ObjectNode> rows = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            rows.add(full(source, new UUID(1, i)));
        }
        RecordRepository.Comparison first = compare(store, source, rows);
        assertThat(first.changes()).extracting(RecordChange::action).containsOnly(RecordChange.Action.INSERT);
        transaction.executeWithoutResult(status -> store.write(first.changes(), NOW));

        RecordRepository.Comparison same = compare(store, source, rows);
        assertThat(same.changes()).isEmpty();
        assertThat(same.page().rows()).isEmpty();
        assertThat(same.page().unparsed()).hasSize(3);

        change(rows.get(0), source.shape().fields().get(0));
        ObjectNode reordered = JSON.createObjectNode();
        reordered.set("unknown", rows.get(1).get("unknown"));
        rows.set(1, reordered.setAll(rows.get(1)));
        RecordRepository.Comparison changed = compare(store, source, rows);
        assertThat(changed.changes())
                .extracting(RecordChange::action)
                .containsExactly(RecordChange.Action.UPDATE, RecordChange.Action.REHASH);
        assertThat(changed.page().unparsed()).extracting(UnparsedRecord::id).containsExactly(new UUID(1, 2));
        assertThat(RecordCounts.of(changed.page(), changed.changes())).isEqualTo(new RecordCounts(3, 0, 1, 2, 0, 0, 0));
        transaction.executeWithoutResult(status -> store.write(changed.changes(), NOW.plusDays(1)));
        assertThat(database.queryForList(
                        "select id from " + source.table() + " where last_changed_at > first_seen_at", UUID.class))
                .containsExactly(new UUID(1, 0));

        assertThat(compare(store, source, rows).page().unparsed()).hasSize(3);
    }

    /** A statement of the user may write other content and leave {@code raw_hash} as it was. */
    @ParameterizedTest
    @MethodSource("feeds")
    void rowIsParsedIfOtherContentWasStoredWithoutItsHash(String name, FeedDefinition source) throws Exception {
        RecordRepository store = store(name, source);
        List<ObjectNode> first = List.of(full(source, new UUID(1, 0)));
        write(store, compare(store, source, first));
        byte[] rawHash = database.queryForObject("select raw_hash from " + source.table(), byte[].class);
        ObjectNode other = full(source, new UUID(1, 0));
        change(other, source.shape().fields().get(0));
        write(store, compare(store, source, List.of(other)));
        database.update("update " + source.table() + " set raw_hash = ?", rawHash);

        RecordRepository.Comparison again = compare(store, source, first);

        assertThat(again.changes()).extracting(RecordChange::action).containsExactly(RecordChange.Action.UPDATE);
        write(store, again);
        assertThat(compare(store, source, first).page().unparsed()).hasSize(1);
        database.update("update " + source.table() + " set content_hash = ?", (Object) new byte[0]);
        assertThat(compare(store, source, first).changes())
                .extracting(RecordChange::parts)
                .containsExactly(ColumnGroup.ALL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void expiredRowWithTheSameBytesIsReactivated(String name) throws Exception {
        RecordRepository store = store(name, FeedDefinition.JOBS);
        List<ObjectNode> rows = List.of(job(1));
        store.write(compare(store, FeedDefinition.JOBS, rows).changes(), NOW);
        database.update("update job set expired_at = last_changed_at, expired_reason = 'swept'");

        RecordRepository.Comparison comparison = compare(store, FeedDefinition.JOBS, rows);

        assertThat(comparison.changes())
                .extracting(RecordChange::action)
                .containsExactly(RecordChange.Action.REACTIVATE);
    }

    private static RecordRepository.Comparison compare(
            RecordRepository store, FeedDefinition source, List<ObjectNode> rows) throws IOException {
        ObjectNode page = JSON.createObjectNode().put("has_more", false);
        page.putArray(source.shape().array()).addAll(rows);
        return store.compare(
                Responses.unparsedFeedPage(new ByteArrayInputStream(JSON.writeValueAsBytes(page)), source.shape()));
    }

    private void write(RecordRepository store, RecordRepository.Comparison page) {
        transaction.executeWithoutResult(status -> store.write(page.changes(), NOW));
    }

    private static UUID id(ObjectNode row) {
        return UUID.fromString(row.get("id").textValue());
    }
}
