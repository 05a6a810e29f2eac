package dev.jobfeed.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the parsing of the rows of a page. */
class RecordParserTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final UUID ID = UUID.fromString("00000000-0000-5000-8000-00000000000a");
    private static final String FULL = """
            {"id":"%s","title":"Engineer","normalized_title":"engineer","description":"<p>Zürich 🎈</p>",
             "summary":"s","listing_url":"https://l","apply_url":"https://a","employment_type":"Full-time",
             "workplace_type":"On-site","experience_level":"Entry Level","source":"lever_co",
             "created_at":"2026-04-29T05:00:03.198870Z","updated_at":"2026-04-30T07:00:00+02:00",
             "date_posted":"2026-04-28T10:00:00.319Z","valid_through":"2026-06-01",
             "is_work_auth_required":true,"is_h1b_sponsor":false,"is_clearance_required":false,
             "company":{"id":"c1","name":"Åre AB","parent":{"id":"c2"}},
             "locations":[{"city":"Zürich","latitude":47.3769}],"compensation":{"min":1.5},
             "qualifications":{"must_have":{"skills":[]}},"responsibilities":["r"],"benefits":[]}
            """.formatted(ID);

    @Test
    void everyFieldHasItsColumn() throws IOException {
        FeedRecord row = row(FULL);

        assertThat(row.id()).isEqualTo(ID);
        assertThat(row.extra()).isNull();
        assertThat(columns(row))
                .isEqualTo(Map.ofEntries(
                        Map.entry("title", "Engineer"),
                        Map.entry("normalized_title", "engineer"),
                        Map.entry("description", "<p>Zürich 🎈</p>"),
                        Map.entry("summary", "s"),
                        Map.entry("listing_url", "https://l"),
                        Map.entry("apply_url", "https://a"),
                        Map.entry("employment_type", "Full-time"),
                        Map.entry("workplace_type", "On-site"),
                        Map.entry("experience_level", "Entry Level"),
                        Map.entry("source", "lever_co"),
                        Map.entry("created_at", OffsetDateTime.parse("2026-04-29T05:00:03.198870Z")),
                        Map.entry("updated_at", OffsetDateTime.parse("2026-04-30T05:00:00Z")),
                        Map.entry("date_posted", OffsetDateTime.parse("2026-04-28T10:00:00.319Z")),
                        Map.entry("valid_through", OffsetDateTime.parse("2026-06-01T00:00:00Z")),
                        Map.entry("is_work_auth_required", true),
                        Map.entry("is_h1b_sponsor", false),
                        Map.entry("is_clearance_required", false),
                        Map.entry("company", "{\"id\":\"c1\",\"name\":\"Åre AB\",\"parent\":{\"id\":\"c2\"}}"),
                        Map.entry("company_id", "c1"),
                        Map.entry("company_name", "Åre AB"),
                        Map.entry("locations", "[{\"city\":\"Zürich\",\"latitude\":47.3769}]"),
                        Map.entry("compensation", "{\"min\":1.5}"),
                        Map.entry("qualifications", "{\"must_have\":{\"skills\":[]}}"),
                        Map.entry("responsibilities", "[\"r\"]"),
                        Map.entry("benefits", "[]")));
    }

    @Test
    void nullEqualsMissing() throws IOException {
        ObjectNode nulls = minimal();
        RecordSchema.JOB.fields().forEach(field -> nulls.putNull(field.name()));

        FeedRecord row = row(nulls.toString());

        assertThat(columns(row)).isEmpty();
        assertThat(row.extra()).isNull();
        assertThat(row.contentHash()).isEqualTo(row(minimal().toString()).contentHash());
    }

    @ParameterizedTest
    @ValueSource(strings = {"full_time", "Full-time", "full-time", " FULL TIME "})
    void notationOfAValueIsKept(String value) throws IOException {
        FeedRecord row = row(minimal().put("employment_type", value).toString());

        assertThat(row.value("employment_type")).isEqualTo(value);
    }

    @Test
    void unknownFieldsAreKeptSortedByName() throws IOException {
        FeedRecord row = row("""
                {"zeta":null,"id":"%s","alpha":{"b":[true,null]},"company_id":"x"}""".formatted(ID));

        assertThat(row.extra()).isEqualTo("""
                {"alpha":{"b":[true,null]},"company_id":"x","zeta":null}""");
        assertThat(columns(row)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"soon\"", "\"\"", "1777438803", "true", "{\"at\":\"2026-04-29\"}"})
    void unreadableDateIsNullAndKeptAsText(String value) throws IOException {
        FeedRecord row = row("{\"id\":\"" + ID + "\",\"valid_through\":" + value + ",\"date_posted\":" + value + "}");

        assertThat(columns(row)).isEmpty();
        assertThat(row.extra()).isEqualTo("{\"date_posted\":" + value + ",\"valid_through\":" + value + "}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"id":"ID","created_at":"yesterday"} | true | created_at is 'yesterday' and not a date-time
                    {"id":"ID","updated_at":1777438803} | true | updated_at is 1777438803 and not a date-time
                    {"title":{"a":{}},"id":"ID"} | true | title is an object and not a text
                    {"id":"ID","source":["a"]} | true | source is an array and not a text
                    {"id":"ID","summary":false} | true | summary is false and not a text
                    {"id":"ID","is_h1b_sponsor":"true"} | true | is_h1b_sponsor is 'true' and not true or false
                    {"company":{"id":"ID"}} | false | the row has no id
                    {"id":null} | false | id is null and not a UUID
                    {"id":7} | false | id is 7 and not a UUID
                    {"id":"1-1-1-1-1"} | false | id is '1-1-1-1-1' and not a UUID
                    {"id":{"id":"ID"}} | false | id is an object and not a UUID
                    [{"id":"ID"}] | false | the row is not a JSON object
                    "ID" | false | the row is not a JSON object
                    null | false | the row is not a JSON object
                    """)
    void invalidRowIsRejectedWithItsReasonAndThePageIsRead(String json, boolean hasId, String reason)
            throws IOException {
        String row = json.replace("ID", ID.toString());

        FeedPage page = page(row, FULL);

        assertThat(page.rejected()).containsExactly(new InvalidRecord(hasId ? ID : null, reason, row));
        assertThat(page.rows()).hasSize(1);
        assertThat(page.received()).isEqualTo(2);
    }

    @Test
    void unstorableCharactersAreReplaced() throws IOException {
        String invalid = "\\u0000a\\ud83d b\\ude00 \\ud83d\\ude00\\ud83d";
        String repaired = "\uFFFDa\uFFFD b\uFFFD 😀\uFFFD";

        FeedPage page = page("""
                {"id":"%s","title":"!","company":{"name":"!","!":["!"]},"x!":"!"}""".formatted(ID).replace("!", invalid), "{\"id\":\"!\"}".replace("!", invalid));

        FeedRecord row = page.rows().get(0);
        assertThat(row.value("title")).isEqualTo(repaired);
        assertThat(row.value("company_name")).isEqualTo(repaired);
        assertThat(row.value("company")).isEqualTo("{\"name\":\"!\",\"!\":[\"!\"]}".replace("!", repaired));
        assertThat(row.extra()).isEqualTo("{\"x!\":\"!\"}".replace("!", repaired));
        assertThat(page.rejected())
                .containsExactly(new InvalidRecord(
                        null,
                        "id is '!' and not a UUID".replace("!", repaired),
                        "{\"id\":\"!\"}".replace("!", repaired)));
    }

    @Test
    void longValueIsNotTruncatedWithinACharacter() throws IOException {
        FeedPage page = page("{\"id\":\"" + "x".repeat(59) + "🎈🎈\"}");

        assertThat(page.rejected().get(0).reason()).isEqualTo("id is '" + "x".repeat(59) + "\uFFFD...' and not a UUID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.10", "1e400", "12345678901234567890", "0.1000000000000000055511151231257827", "-0.0"})
    void numbersInJsonKeepEveryDigit(String number) throws IOException {
        String row = "{\"id\":\"" + ID + "\",\"compensation\":[" + number + "],\"score\":" + number + "}";

        assertThat(row(row).value("compensation")).isEqualTo("[" + number + "]");
        assertThat(row(row).extra()).isEqualTo("{\"score\":" + number + "}");
        assertThat(page("[" + number + "]").rejected().get(0).json()).isEqualTo("[" + number + "]");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02, 2026-01-01, first",
        "2026-01-01, 2026-01-02, second",
        "2026-01-01, 2026-01-01, second",
        "          , 2026-01-02, first",
        "2026-01-01,           , second",
        "          ,           , second"
    })
    void newestOfTwoRowsWithAnIdIsKept(String first, String second, String winner) throws IOException {
        FeedPage page = page(
                minimal().put("title", "first").put("updated_at", first).toString(),
                minimal().put("title", "second").put("updated_at", second).toString());

        assertThat(page.rows()).extracting(row -> row.value("title")).containsExactly(winner);
        assertThat(page.duplicates()).isEqualTo(1);
        assertThat(page.received()).isEqualTo(2);
    }

    @Test
    void fieldOrderIsNoContent() throws IOException {
        ObjectNode row = full().put("b", 1).put("a", 2);
        ObjectNode backwards = JSON.createObjectNode();
        row.properties().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(e -> backwards.set(e.getKey(), e.getValue()));

        assertThat(row(backwards.toString()).contentHash())
                .isEqualTo(row(row.toString()).contentHash());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void otherValueIsOtherContent(String field, ObjectNode changed) throws IOException {
        assertThat(row(changed.toString()).contentHash()).isNotEqualTo(row(FULL).contentHash());
    }

    static Stream<Arguments> otherValueIsOtherContent() throws IOException {
        Stream.Builder<Arguments> changes = Stream.builder();
        for (FieldDefinition field : RecordSchema.JOB.fields()) {
            ObjectNode changed = full();
            switch (field.kind()) {
                case TEXT -> changed.put(field.name(), "other");
                case BOOLEAN ->
                    changed.put(field.name(), !changed.get(field.name()).asBoolean());
                case TIMESTAMP, LENIENT_TIMESTAMP -> changed.put(field.name(), "2020-01-01");
                case JSON -> changed.putArray(field.name()).add("other");
            }
            changes.add(arguments(field.name(), changed));
        }
        changes.add(arguments("an unknown field", full().put("external_id", "x")));
        changes.add(arguments("a microsecond", full().put("created_at", "2026-04-29T05:00:03.198871Z")));
        changes.add(arguments("an unreadable date", full().put("date_posted", "soon")));
        return changes.build();
    }

    @Test
    void contentOfAdjacentFieldsIsDistinguished() throws IOException {
        assertThat(Stream.of("ab,c", "a,bc", ",abc", "abc,").map(pair -> {
                    String[] texts = pair.split(",", -1);
                    return minimal().put("title", texts[0]).put("normalized_title", texts[1]);
                }))
                .extracting(row -> UUID.nameUUIDFromBytes(row(row.toString()).contentHash()))
                .doesNotHaveDuplicates();
        assertThat(row(minimal().put("title", "").toString()).contentHash())
                .isNotEqualTo(row(minimal().toString()).contentHash());
    }

    @ParameterizedTest
    @ValueSource(strings = {"locations", "company", "valid_through", "unknown"})
    void tooDeeplyNestedRowIsRejectedAndThePageIsRead(String field) throws IOException {
        String deeplyNested = "{\"id\":\"" + ID + "\",\"" + field + "\":" + nested(501) + "}";

        FeedPage page = page(deeplyNested, FULL);

        assertThat(page.rows()).extracting(FeedRecord::id).containsExactly(ID);
        assertThat(page.rejected())
                .containsExactly(new InvalidRecord(ID, field + " is nested deeper than 500 levels", deeplyNested));
        assertThat(row(deeplyNested.replace(nested(501), nested(500))).id()).isEqualTo(ID);
    }

    @Test
    void excessiveNestingMakesTheResponseUnreadable() {
        assertThatThrownBy(() -> page("{\"id\":\"" + ID + "\",\"unknown\":" + nested(100_000) + "}"))
                .isInstanceOf(MalformedResponseException.class);
    }

    @Test
    void numberWithTooManyDigitsBecomesAString() throws IOException {
        String digits = "9".repeat(100_001);

        FeedRecord row = row("{\"id\":\"" + ID + "\",\"compensation\":{\"min\":" + digits + "}}");

        assertThat(row.value("compensation")).isEqualTo("{\"min\":\"" + digits + "\"}");
    }

    @Test
    void rowWithTooManyUnknownFieldsIsRejectedAndThePageIsRead() throws IOException {
        String fields =
                IntStream.range(0, 10_001).mapToObj(i -> ",\"f" + i + "\":1").collect(Collectors.joining());

        FeedPage page = page("{\"id\":\"" + ID + "\"" + fields + "},{\"id\":\"" + ID + "\"}");

        assertThat(page.rejected())
                .extracting(InvalidRecord::reason)
                .containsExactly("the row has more than 10000 unknown fields");
        assertThat(page.rows()).hasSize(1);
    }

    @Test
    void reasonIsPrintableAndShort() throws IOException {
        FeedPage page = page("{\"id\":\"\\u001b[2J\\n\"},{\"id\":" + "9".repeat(1_000) + "}");

        assertThat(page.rejected())
                .extracting(InvalidRecord::reason)
                .containsExactly(
                        "id is '\\u001b[2J\\n' and not a UUID", "id is " + "9".repeat(60) + "... and not a UUID");
    }

    private static String nested(int levels) {
        return "[".repeat(levels) + "]".repeat(levels);
    }

    private static ObjectNode full() throws IOException {
        return (ObjectNode) JSON.readTree(FULL);
    }

    private static ObjectNode minimal() {
        return JSON.createObjectNode().put("id", ID.toString());
    }

    private static FeedRecord row(String json) throws IOException {
        FeedPage page = page(json);
        assertThat(page.rejected()).isEmpty();
        return page.rows().get(0);
    }

    private static FeedPage page(String... rows) throws IOException {
        String answer = "{\"jobs\":[" + String.join(",", rows) + "],\"has_more\":false}";
        return Responses.feedPage(new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)), RecordSchema.JOB);
    }

    /** Returns the columns that have a value. */
    private static Map<String, Object> columns(FeedRecord row) {
        Map<String, Object> columns = new TreeMap<>();
        Stream.concat(
                        RecordSchema.JOB.fields().stream().map(FieldDefinition::name),
                        RecordSchema.JOB.members().stream().map(RecordSchema.Member::name))
                .filter(name -> row.value(name) != null)
                .forEach(name -> columns.put(name, row.value(name)));
        return columns;
    }
}
