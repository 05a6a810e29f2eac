package dev.jobfeed.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeedResponseParserTest {

    private static final UUID ID = UUID.fromString("00000000-0000-5000-8000-00000000000a");
    private static final String PAGE = """
            {"estimated_total":3,"jobs":[{"id":"%s","title":"Zürich 🎈","x":[1.5,true,null]},7],\
            "next_cursor":"c","has_more":true}""".formatted(ID);
    private static final String IDS = """
            {"job_ids":["%s"],"next_cursor":"c","has_more":true}""".formatted(ID);

    @Test
    void pageHasRowsAContinuationAndATotal() throws IOException {
        FeedPage page = feedPage(PAGE);

        assertThat(page.rows()).extracting(FeedRecord::id).containsExactly(ID);
        assertThat(page.next()).isEqualTo(new Continuation(true, "c"));
        assertThat(page.estimatedTotal()).hasValue(3);
    }

    @Test
    void onlyTopLevelMembersAreRead() throws IOException {
        FeedPage page = feedPage("""
                {"meta":{"jobs":[{}],"has_more":true},"estimated_total":null,"jobs":[],"has_more":false}""");

        assertThat(page.received()).isZero();
        assertThat(page.next()).isEqualTo(new Continuation(false, null));
        assertThat(page.estimatedTotal()).isEmpty();
    }

    @Test
    void truncatedResponseIsNoPage() {
        byte[] page = PAGE.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < page.length; length++) {
            InputStream truncated = new ByteArrayInputStream(Arrays.copyOf(page, length));
            assertThatExceptionOfType(MalformedResponseException.class)
                    .as("after %d bytes", length)
                    .isThrownBy(() -> Responses.feedPage(truncated, RecordSchema.JOB));
        }
        byte[] ids = IDS.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < ids.length; length++) {
            InputStream truncated = new ByteArrayInputStream(Arrays.copyOf(ids, length));
            assertThatExceptionOfType(MalformedResponseException.class)
                    .as("after %d bytes", length)
                    .isThrownBy(() -> Responses.idPage(truncated));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    '' | The response is not a JSON object.
                    <html><body>Bad gateway</body></html> | The response is not valid JSON: Unexpected character
                    [] | The response is not a JSON object.
                    [{"jobs":[],"has_more":false}] | The response is not a JSON object.
                    null | The response is not a JSON object.
                    {} | The response lacks the array jobs.
                    {"has_more":false} | The response lacks the array jobs.
                    {"jobs":null,"has_more":false} | The response lacks the array jobs.
                    {"jobs":{},"has_more":false} | The response lacks the array jobs.
                    {"job_ids":[],"has_more":false} | The response lacks the array jobs.
                    {"jobs":[]} | The response lacks a boolean has_more.
                    {"jobs":[],"has_more":null} | The response lacks a boolean has_more.
                    {"jobs":[],"has_more":"false"} | The response lacks a boolean has_more.
                    {"jobs":[],"has_more":0} | The response lacks a boolean has_more.
                    {"jobs":[],"has_more":false}{} | The response continues after its JSON object.
                    {"jobs":[],"has_more":false}] | The response is not valid JSON: Unexpected close marker
                    {"jobs":[{"id":nan}],"has_more":false} | The response is not valid JSON: Unrecognized token
                    """)
    void invalidPageIsNeverAnEmptyPage(String answer, String message) {
        assertThatExceptionOfType(MalformedResponseException.class)
                .isThrownBy(() -> feedPage(answer))
                .withMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"jobs":[],"has_more":true,"next_cursor":"c"} | c | true
                    {"jobs":[],"next_cursor":"c","has_more":true} | c | true
                    {"jobs":[],"has_more":false,"next_cursor":"c"} | c | false
                    {"jobs":[],"has_more":false,"next_cursor":null} | | false
                    {"jobs":[],"has_more":false,"next_cursor":7} | | false
                    """)
    void hasMoreDeterminesTheContinuation(String answer, String cursor, boolean exists) throws IOException {
        Continuation next = feedPage(answer).next();

        assertThat(next.cursor()).isEqualTo(cursor);
        assertThat(next.hasNext()).isEqualTo(exists);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "has_more":true | missing
                    "has_more":true,"next_cursor":null | null
                    "has_more":true,"next_cursor":"" | ''
                    "has_more":true,"next_cursor":" " | ' '
                    "has_more":true,"next_cursor":7 | 7
                    "next_cursor":{"after":"c"},"has_more":true | an object
                    "next_cursor":["c"],"has_more":true | an array
                    "next_cursor":"c","has_more":true,"next_cursor":false | false
                    """, quoteCharacter = '~')
    void responseWithMoreRowsAndNoCursorIsTruncated(String members, String cursor) {
        String message = "The response is truncated: has_more is true, and next_cursor is " + cursor + ".";

        assertThatExceptionOfType(MalformedResponseException.class)
                .isThrownBy(() -> feedPage("{\"jobs\":[]," + members + "}"))
                .withMessage(message)
                .returns(MalformedResponseException.Defect.FEED_TRUNCATED, MalformedResponseException::defect);
        assertThatExceptionOfType(MalformedResponseException.class)
                .isThrownBy(() -> Responses.idPage(bytes("{\"job_ids\":[]," + members + "}")))
                .withMessage(message)
                .returns(MalformedResponseException.Defect.SWEEP_TRUNCATED, MalformedResponseException::defect);
    }

    @Test
    void invalidIdIsCounted() throws IOException {
        ExpiredIdsPage page = Responses.idPage(bytes("""
                {"job_ids":["ID","1-1-1-1-1","",7,null,{"id":"ID"},["ID"],"ABCDEF00-0000-5000-8000-00000000000B",\
                "abcdef0000005000800000000000000C"],"has_more":false}""".replace("ID", ID.toString())));

        assertThat(page.ids())
                .containsExactly(
                        ID,
                        UUID.fromString("abcdef00-0000-5000-8000-00000000000b"),
                        UUID.fromString("abcdef00-0000-5000-8000-00000000000c"));
        assertThat(page.unreadable()).isEqualTo(6);
        assertThat(page.example()).isEqualTo("'1-1-1-1-1'");
        assertThat(page.next()).isEqualTo(new Continuation(false, null));
    }

    @Test
    void commonDeviationsFromJsonAreRead() throws IOException {
        FeedPage page = feedPage("""
                {"jobs":[{"id":"%s","title":"two\nlines\tand\u0001","compensation":{"min":NaN,"max":-Infinity,"a":[Infinity,1]},\
                "x":NaN}],"has_more":false}""".formatted(ID));

        assertThat(page.rejected()).isEmpty();
        FeedRecord row = page.rows().get(0);
        assertThat(row.extra()).isEqualTo("{\"x\":null}");
        assertThat(row.value("title")).isEqualTo("two\nlines\tand\u0001");
        assertThat(row.value("compensation")).isEqualTo("{\"min\":null,\"max\":null,\"a\":[null,1]}");
    }

    @Test
    void onlyTheRowThatIsNotUtf8IsRejected() throws IOException {
        String page = """
                {"estimated_total":4,"jobs":[{"id":"%s","title":"Zürich"},{"id":"%s","BAD":"BAD"},BAD_SCALAR\
                {"id":"%s","title":"\uFFFD 🎈"},{"id":"%s","title":"BAD"}],"next_cursor":"c","has_more":true}""".formatted(id(1), id(2), id(3), id(4));
        for (int padding : new int[] {0, 7_900, 8_000, 31_000}) {
            byte[] answer = latin1(page.replace("BAD_SCALAR", "\"a\u00e4\",")
                    .replace("BAD", "\u00e4")
                    .replace("Zürich", "x".repeat(padding)));

            FeedPage read = Responses.feedPage(new ByteArrayInputStream(answer), RecordSchema.JOB);

            assertThat(read.rows()).extracting(FeedRecord::id).containsExactly(id(1), id(3));
            assertThat(read.rejected()).extracting(InvalidRecord::id).containsExactly(id(2), null, id(4));
            assertThat(read.rejected().get(0).json()).isEqualTo("{\"id\":\"" + id(2) + "\",\"\uFFFD\":\"\uFFFD\"}");
            assertThat(read.rejected().get(2).reason()).contains("not UTF-8");
            assertThat(read.received()).isEqualTo(5);
            assertThat(read.next()).isEqualTo(new Continuation(true, "c"));
            assertThat(read.estimatedTotal()).hasValue(4);
        }
    }

    @Test
    void rowAfterOneThatIsNotUtf8IsStoredAsDelivered() throws IOException {
        byte[] answer = latin1("""
                {"jobs":[{"id":"%s","x":["a",{"b":"\u00e4"}]},{"id":"%s","locations":[{"city":"Bern"}],"x":[1]}],\
                "has_more":false}""".formatted(id(1), id(2)));

        FeedPage page = Responses.feedPage(new ByteArrayInputStream(answer), RecordSchema.JOB);

        assertThat(page.rejected())
                .extracting(InvalidRecord::json)
                .containsExactly("{\"id\":\"" + id(1) + "\",\"x\":[\"a\",{\"b\":\"\uFFFD\"}]}");
        FeedRecord row = page.rows().get(0);
        assertThat(row.value("locations")).isEqualTo("[{\"city\":\"Bern\"}]");
        assertThat(row.extra()).isEqualTo("{\"x\":[1]}");
    }

    @Test
    void cursorThatIsNotUtf8IsIgnored() {
        for (String rows : new String[] {"", "{\"id\":\"\u00e4\"}"}) {
            byte[] answer = ("{\"jobs\":[" + rows + "],\"next_cursor\":\"\u00e4\",\"has_more\":true}")
                    .getBytes(StandardCharsets.ISO_8859_1);

            assertThatExceptionOfType(MalformedResponseException.class)
                    .isThrownBy(() -> Responses.feedPage(new ByteArrayInputStream(answer), RecordSchema.JOB));
        }
    }

    @Test
    void invalidBytesBetweenIdsAndInAProfileAffectNothingElse() throws IOException {
        byte[] ids =
                ("{\"job_ids\":[\"\u00e4\",\"" + ID + "\"],\"has_more\":false}").getBytes(StandardCharsets.ISO_8859_1);
        byte[] profile = "{\"name\":\"Z\u00fcrich\"}".getBytes(StandardCharsets.ISO_8859_1);

        assertThat(Responses.idPage(new ByteArrayInputStream(ids)).ids()).containsExactly(ID);
        assertThat(FeedResponseParser.object(new ByteArrayInputStream(profile)))
                .isEqualTo("{\"name\":\"Z\uFFFDrich\"}");
    }

    private static UUID id(int number) {
        return new UUID(0x5000, 0x8000_0000_0000_0000L + number);
    }

    /** Encodes as UTF-8, except for the letter \u00e4, which becomes a Latin-1 byte. */
    private static byte[] latin1(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        text.codePoints()
                .mapToObj(Character::toString)
                .forEach(character -> bytes.writeBytes(character.getBytes(
                        character.equals("\u00e4") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8)));
        return bytes.toByteArray();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    [{"id":"x"},{"id":"y"}] | 2 expired ids is a UUID; the first is an object.
                    [7,8] | 2 expired ids is a UUID; the first is 7.
                    ["gggggggggggggggggggggggggggggggg",""] | 2 expired ids is a UUID; the first is 'gggggggggggggggggggggggggggggggg'.
                    """)
    void listWithoutAnyIdIsNoPage(String ids, String message) {
        assertThatExceptionOfType(MalformedResponseException.class)
                .isThrownBy(() -> Responses.idPage(bytes("{\"job_ids\":" + ids + ",\"has_more\":false}")))
                .withMessage("None of the " + message)
                .returns(MalformedResponseException.Defect.SWEEP_UNREADABLE, MalformedResponseException::defect);
    }

    /** The last page of a list may have one id, which must not stop the feed. */
    @Test
    void listOfOneUnreadableIdIsAPage() throws IOException {
        ExpiredIdsPage page = Responses.idPage(bytes("{\"job_ids\":[7],\"has_more\":false}"));

        assertThat(page.ids()).isEmpty();
        assertThat(page.unreadable()).isOne();
        assertThat(page.example()).isEqualTo("7");
    }

    @Test
    void unparsedPageHasTheIdsAndHashesOfItsRows() throws IOException {
        FeedPage unparsed = unparsed(PAGE);
        FeedPage parsed = feedPage(PAGE);

        assertThat(unparsed.rows()).isEmpty();
        assertThat(unparsed.ids()).isEqualTo(parsed.ids()).isNotEmpty();
        FeedRecord first = parsed.rows().get(0);
        assertThat(unparsed.unparsed().get(0).isStoredAs(first.contentHash(), first.rawHash()))
                .isTrue();
        assertThat(unparsed.unparsed().get(0).isStoredAs(new byte[24], first.rawHash()))
                .isFalse();
        assertThat(unparsed.unparsed().get(0).isStoredAs(first.contentHash(), null))
                .isFalse();
        assertThat(FeedResponseParser.parse(unparsed, row -> true, RecordSchema.JOB))
                .usingRecursiveComparison()
                .isEqualTo(parsed);
        assertThat(FeedResponseParser.parse(unparsed, row -> false, RecordSchema.JOB))
                .usingRecursiveComparison()
                .isEqualTo(unparsed);
    }

    @Test
    void unparsedPageHasOneRowOfEachIdAndRejectsRowsWithoutOne() throws IOException {
        String id = "3f333df6-90a4-4fda-8dd3-9485d27cee36";
        String page = """
                {"jobs":[{"id":"%s","updated_at":"2026-01-02T00:00:00Z","title":"new"},
                 {"title":"none"}, 7, {"id":1}, {"id":"00000000-0000-0000-0000-000000000001","id":"x"},
                 {"title":"old","updated_at":"2026-01-01T00:00:00Z","id":"%s"}],"has_more":false}""".formatted(id, id);

        FeedPage unparsed = unparsed(page);

        assertThat(unparsed.rows()).extracting(row -> row.value("title")).containsExactly("new");
        assertThat(unparsed.unparsed()).extracting(UnparsedRecord::id).containsExactly(new UUID(0, 1));
        assertThat(unparsed.rejected()).hasSize(3);
        assertThat(unparsed.duplicates()).isOne();
        assertThat(unparsed.received()).isEqualTo(6);
    }

    @Test
    void anotherOrderOfKeysOnlyChangesTheHashOfTheBytes() throws IOException {
        String id = "3f333df6-90a4-4fda-8dd3-9485d27cee36";
        FeedRecord one = feedPage("{\"jobs\":[{\"id\":\"%s\",\"title\":\"a\",\"benefits\":[1]}],\"has_more\":false}"
                        .formatted(id))
                .rows()
                .get(0);
        FeedRecord other = feedPage("{\"jobs\":[{\"benefits\":[ 1 ],\"title\":\"a\",\"id\":\"%s\"}],\"has_more\":false}"
                        .formatted(id))
                .rows()
                .get(0);

        assertThat(other.contentHash()).isEqualTo(one.contentHash());
        assertThat(other.rawHash()).isNotEqualTo(one.rawHash()).hasSize(12);
    }

    /**
     * A store keeps the hashes of an older version. If this fails because the parser stores something else of the same
     * bytes, increase {@code RawFingerprint.PARSER_VERSION}, too; otherwise stored rows keep their old content.
     */
    @Test
    void hashesOfARowAreThoseOfTheVersionBefore() throws IOException {
        FeedRecord row = feedPage("""
                {"jobs":[{"id":"3f333df6-90a4-4fda-8dd3-9485d27cee36","title":"M\u00fcller \\u0000","description":"d",
                "created_at":"2026-01-02T03:04:05.123456789+01:00","date_posted":"yesterday","is_h1b_sponsor":true,
                "company":{"id":"c1","name":"n"},"benefits":[1.50, null],"other":{"b":1,"a":2}}],"has_more":false}""").rows().get(0);

        assertThat(HexFormat.of().formatHex(row.contentHash()))
                .isEqualTo("64208388441070756d4a53d1920a60592effe7872ccde3ae");
        assertThat(HexFormat.of().formatHex(row.rawHash())).isEqualTo("861d0eeded831a760000010c");
    }

    @Test
    void valueOfAMemberIsPartOfTheContentHash() {
        RecordSchema schema = RecordSchema.JOB;
        Object[] values = new Object[schema.fields().size() + schema.members().size()];
        byte[] before = new ContentFingerprint(schema).of(values, null);
        values[schema.position("company_name")] = "n";

        assertThat(ContentFingerprint.changed(before, new ContentFingerprint(schema).of(values, null)))
                .containsExactly(ColumnGroup.SCALAR);
    }

    private static FeedPage unparsed(String answer) throws IOException {
        return Responses.unparsedFeedPage(bytes(answer), RecordSchema.JOB);
    }

    private static FeedPage feedPage(String answer) throws IOException {
        return Responses.feedPage(bytes(answer), RecordSchema.JOB);
    }

    private static InputStream bytes(String answer) {
        return new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"12345678901234567890123", "-1", "1e3", "\"5\"", "null", "{}"})
    void unreadableEstimateIsIgnored(String total) throws IOException {
        FeedPage page = Responses.feedPage(
                utf8("{\"jobs\":[],\"has_more\":false,\"estimated_total\":" + total + "}"), RecordSchema.JOB);

        assertThat(page.estimatedTotal()).isEmpty();
    }

    @Test
    void pageHasAtMostTwiceTheDocumentedRows() throws IOException {
        // with bytes that are not UTF-8, for which another parser continues the page
        String rows = "{\"title\":\"\u00ff\"}" + ",{}".repeat(1_999);
        String end = "],\"has_more\":false}";

        FeedPage page = Responses.feedPage(stream(latin1("{\"jobs\":[" + rows + end)), RecordSchema.JOB);

        assertThat(page.rejected()).hasSize(2_000);
        assertThatExceptionOfType(MalformedResponseException.class)
                .isThrownBy(
                        () -> Responses.feedPage(stream(latin1("{\"jobs\":[" + rows + ",{}" + end)), RecordSchema.JOB))
                .withMessageContaining("more than 2000 jobs");
        assertThatExceptionOfType(MalformedResponseException.class)
                .isThrownBy(() -> Responses.idPage(stream(latin1("{\"job_ids\":[1" + ",1".repeat(20_000) + end))))
                .withMessageContaining("more than 20000 job_ids");
    }

    @Test
    void cursorHasAMaximumLength() throws IOException {
        String page = "{\"jobs\":[],\"job_ids\":[],\"has_more\":true,\"next_cursor\":\"%s\"}";

        assertThat(Responses.feedPage(utf8(page.formatted("c".repeat(65_536))), RecordSchema.JOB)
                        .next()
                        .hasNext())
                .isTrue();
        for (String longer : new String[] {"c".repeat(65_537), "c".repeat(9_000_000)}) {
            assertThatExceptionOfType(MalformedResponseException.class)
                    .isThrownBy(() -> Responses.feedPage(utf8(page.formatted(longer)), RecordSchema.JOB))
                    .withMessageContaining("longer than");
            assertThatExceptionOfType(MalformedResponseException.class)
                    .isThrownBy(() -> Responses.idPage(utf8(page.formatted(longer))));
        }
    }

    @Test
    void objectHasAMaximumSize() {
        assertThatExceptionOfType(MalformedResponseException.class)
                .isThrownBy(() -> FeedResponseParser.object(utf8("{\"a\":[" + "1,".repeat(4_500_000) + "1]}")))
                .withMessageContaining("exceeds the maximum allowed");
        assertThatExceptionOfType(MalformedResponseException.class)
                .isThrownBy(() -> FeedResponseParser.object(utf8("{\"a\":\"" + "x".repeat(9_000_000) + "\"}")))
                .withMessageContaining("longer than 8388608 bytes");
    }

    private static InputStream utf8(String answer) {
        return stream(answer.getBytes(StandardCharsets.UTF_8));
    }

    private static InputStream stream(byte[] answer) {
        return new ByteArrayInputStream(answer);
    }
}
