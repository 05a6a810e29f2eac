package dev.jobfeed.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerReaderTest {

    private static final UUID ID = UUID.fromString("00000000-0000-5000-8000-00000000000a");
    private static final String PAGE = """
            {"estimated_total":3,"jobs":[{"id":"%s","title":"Zürich 🎈","x":[1.5,true,null]},7],\
            "next_cursor":"c","has_more":true}""".formatted(ID);
    private static final String IDS = """
            {"job_ids":["%s"],"next_cursor":"c","has_more":true}""".formatted(ID);

    @Test
    void aPageIsRowsAWayOnAndATotal() throws IOException {
        FeedPage page = feedPage(PAGE);

        assertThat(page.rows()).extracting(Row::id).containsExactly(ID);
        assertThat(page.next()).isEqualTo(new NextPage(true, "c"));
        assertThat(page.estimatedTotal()).hasValue(3);
    }

    @Test
    void onlyTheAnswersOwnMembersCount() throws IOException {
        FeedPage page = feedPage("""
                {"meta":{"jobs":[{}],"has_more":true},"estimated_total":null,"jobs":[],"has_more":false}""");

        assertThat(page.received()).isZero();
        assertThat(page.next()).isEqualTo(new NextPage(false, null));
        assertThat(page.estimatedTotal()).isEmpty();
    }

    @Test
    void anAnswerThatBreaksOffIsNoPageWhereverItDoes() {
        byte[] page = PAGE.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < page.length; length++) {
            InputStream cut = new ByteArrayInputStream(Arrays.copyOf(page, length));
            assertThatExceptionOfType(UnreadableAnswerException.class)
                    .as("after %d bytes", length)
                    .isThrownBy(() -> AnswerReader.feedPage(cut, RowShape.JOB));
        }
        byte[] ids = IDS.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < ids.length; length++) {
            InputStream cut = new ByteArrayInputStream(Arrays.copyOf(ids, length));
            assertThatExceptionOfType(UnreadableAnswerException.class)
                    .as("after %d bytes", length)
                    .isThrownBy(() -> AnswerReader.idPage(cut));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    '' | The answer is not a JSON object.
                    <html><body>Bad gateway</body></html> | The answer is not the JSON it should be: Unexpected character
                    [] | The answer is not a JSON object.
                    [{"jobs":[],"has_more":false}] | The answer is not a JSON object.
                    null | The answer is not a JSON object.
                    {} | The answer lacks the array jobs.
                    {"has_more":false} | The answer lacks the array jobs.
                    {"jobs":null,"has_more":false} | The answer lacks the array jobs.
                    {"jobs":{},"has_more":false} | The answer lacks the array jobs.
                    {"job_ids":[],"has_more":false} | The answer lacks the array jobs.
                    {"jobs":[]} | The answer lacks a boolean has_more.
                    {"jobs":[],"has_more":null} | The answer lacks a boolean has_more.
                    {"jobs":[],"has_more":"false"} | The answer lacks a boolean has_more.
                    {"jobs":[],"has_more":0} | The answer lacks a boolean has_more.
                    {"jobs":[],"has_more":false}{} | The answer goes on behind its JSON object.
                    {"jobs":[],"has_more":false}] | The answer is not the JSON it should be: Unexpected close marker
                    {"jobs":[{"id":NaN}],"has_more":false} | The answer is not the JSON it should be: Non-standard token
                    """)
    void whatIsNoPageNeverPassesForAnEmptyOne(String answer, String message) {
        assertThatExceptionOfType(UnreadableAnswerException.class)
                .isThrownBy(() -> feedPage(answer))
                .withMessageStartingWith(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"jobs":[],"has_more":true,"next_cursor":"c"} | c | true | false
                    {"jobs":[],"has_more":true,"next_cursor":null} | | false | true
                    {"jobs":[],"has_more":true,"next_cursor":""} | | false | true
                    {"jobs":[],"has_more":true} | | false | true
                    {"jobs":[],"has_more":false,"next_cursor":"c"} | c | false | false
                    {"jobs":[],"has_more":false,"next_cursor":null} | | false | false
                    """)
    void thereIsMoreWhenTheAnswerSaysSoAndHasACursor(String answer, String cursor, boolean exists, boolean isCutShort)
            throws IOException {
        NextPage next = feedPage(answer).next();

        assertThat(next.cursor()).isEqualTo(cursor);
        assertThat(next.exists()).isEqualTo(exists);
        assertThat(next.isCutShort()).isEqualTo(isCutShort);
    }

    @Test
    void whatIsNoIdIsPassedOver() throws IOException {
        IdPage page = AnswerReader.idPage(bytes("""
                {"job_ids":["ID","1-1-1-1-1","",7,null,{"id":"ID"},["ID"],"ABCDEF00-0000-5000-8000-00000000000B"],\
                "has_more":false}""".replace("ID", ID.toString())));

        assertThat(page.ids()).containsExactly(ID, UUID.fromString("abcdef00-0000-5000-8000-00000000000b"));
        assertThat(page.next()).isEqualTo(new NextPage(false, null));
    }

    private static FeedPage feedPage(String answer) throws IOException {
        return AnswerReader.feedPage(bytes(answer), RowShape.JOB);
    }

    private static InputStream bytes(String answer) {
        return new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8));
    }
}
