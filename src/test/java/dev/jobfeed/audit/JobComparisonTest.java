package dev.jobfeed.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.feed.FeedRecord;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.feed.RecordSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobComparisonTest {

    private static final String ID = "00000000-0000-4000-8000-000000000001";

    private static FeedRecord job(String members) throws IOException {
        return FeedResponseParser.row("{\"id\":\"" + ID + "\"," + members.replace('\'', '"') + "}", RecordSchema.JOB)
                .rows()
                .get(0);
    }

    private static JobComparison comparison(String members, String column, Object stored) throws IOException {
        Map<String, Object> row = new HashMap<>();
        row.put(column, stored);
        return new JobComparison(job(members), row);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'a':1,'b':[2,{'c':null,'d':'x'}]} | { \"b\": [2, {\"d\": \"x\", \"c\": null}], \"a\": 1 }",
                "{'min':1e5,'max':1.10} | {\"max\":1.1,\"min\":100000}",
                "{'big':1e2000} | {\"big\":BIG}",
                "[] | [ ]"
            })
    void keyOrderWhitespaceAndNumberNotationAreNoDifference(String delivered, String stored) throws IOException {
        String text = stored.replace("BIG", "1" + "0".repeat(2000));

        assertThat(comparison("'compensation':" + delivered, "compensation", text)
                        .differences())
                .isEmpty();
        assertThat(comparison("'compensation':" + delivered, "compensation", text.getBytes(StandardCharsets.UTF_8))
                        .differences())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'min':1} | {\"min\":\"1\"}",
                "{'min':1} | {\"min\":2}",
                "{'min':1} | {\"min\":1,\"max\":2}",
                "[1,2] | [2,1]",
                "null | {}"
            })
    void otherContentIsADifference(String delivered, String stored) throws IOException {
        assertThat(comparison("'compensation':" + delivered, "compensation", stored)
                        .differences())
                .containsExactly("compensation");
    }

    @Test
    void timesAreComparedAsInstantsOfEitherDatabase() throws IOException {
        Instant time = Instant.parse("2026-11-24T10:00:00.123456Z");
        String delivered = "'updated_at':'2026-11-24T11:00:00.123456+01:00'";

        assertThat(comparison(delivered, "updated_at", Timestamp.from(time)).differences())
                .isEmpty();
        assertThat(comparison(delivered, "updated_at", OffsetDateTime.parse("2026-11-24T12:00:00.123456+02:00"))
                        .differences())
                .isEmpty();
        assertThat(comparison(delivered, "updated_at", Timestamp.from(time.plusMillis(1)))
                        .differences())
                .containsExactly("updated_at");
    }

    @Test
    void eitherSideMayBeNewer() throws IOException {
        OffsetDateTime last = OffsetDateTime.parse("2026-11-24T10:00:00Z");
        OffsetDateTime later = last.plusSeconds(1);

        assertThat(comparison("'updated_at':'" + later + "'", "updated_at", last)
                        .isNewerThan(last))
                .isTrue();
        assertThat(comparison("'updated_at':'" + last + "'", "updated_at", later)
                        .isNewerThan(last))
                .isTrue();
        assertThat(comparison("'updated_at':'" + last + "'", "updated_at", last).isNewerThan(last))
                .isFalse();
        assertThat(comparison("'title':'x'", "title", "y").isNewerThan(last)).isFalse();
    }

    @Test
    void columnsThatRepeatAMemberAreCompared() throws IOException {
        Map<String, Object> row = new HashMap<>();
        row.put("company", "{\"id\":\"c1\",\"name\":\"Acme\"}");
        row.put("company_id", "c1");
        row.put("company_name", "Other");

        assertThat(new JobComparison(job("'company':{'id':'c1','name':'Acme'}"), row).differences())
                .containsExactly("company_name");
    }

    @Test
    void fieldsWithoutAColumnAreComparedIfBothHaveThem() throws IOException {
        assertThat(comparison("'external_id':'7'", "extra", null).differences()).isEmpty();
        assertThat(comparison("'title':null", "extra", "{\"old\":1}").differences())
                .isEmpty();
        assertThat(comparison("'old':2", "extra", "{\"old\":1}").differences()).containsExactly("old");
    }

    @Test
    void correctionOnlyContainsFieldsOfTheFeed() throws IOException {
        FeedRecord corrected = comparison("'title':'New','old':2,'external_id':'7'", "extra", "{\"old\":1,\"kept\":3}")
                .correction();

        assertThat(corrected.value("title")).isEqualTo("New");
        assertThat(corrected.extra()).isEqualTo("{\"kept\":3,\"old\":2}");
        assertThat(corrected.contentHash())
                .isEqualTo(job("'title':'New','old':2,'kept':3").contentHash());
    }
}
