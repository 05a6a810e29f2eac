package dev.jobfeed.audit;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.feed.FeedRecord;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.feed.FieldDefinition;
import dev.jobfeed.feed.RecordSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A job of the API beside its stored row. JSON is compared by its content, because databases change the order of keys
 * and the notation of numbers. Of the fields without a column, only those that both have are compared: the API may
 * deliver more of them for one job than in the feed.
 */
final class JobComparison {

    /** Reads what {@code jsonb} makes of a number such as 1e5000. */
    private static final ObjectReader JSON = new ObjectMapper(new JsonFactoryBuilder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNumberLength(1 << 20)
                            .build())
                    .build())
            .reader()
            .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final FeedRecord job;
    private final Map<String, Object> row;
    private final ObjectNode extra;
    private final ObjectNode storedExtra;

    /**
     * Creates a comparison.
     *
     * @param job as the API delivers it
     * @param row as {@code job-read} returns it
     */
    JobComparison(FeedRecord job, Map<String, Object> row) throws JsonProcessingException {
        this.job = job;
        this.row = row;
        this.extra = object(job.extra());
        this.storedExtra = object(text(row.get("extra")));
    }

    private static ObjectNode object(String json) throws JsonProcessingException {
        return (ObjectNode) JSON.readTree(json == null ? "{}" : json);
    }

    /** Returns the names of the fields that differ, in the order of the columns. */
    List<String> differences() throws JsonProcessingException {
        List<String> different = new ArrayList<>();
        for (FieldDefinition field : RecordSchema.JOB.fields()) {
            if (!isEqual(field)) {
                different.add(field.name());
            }
        }
        for (RecordSchema.Member member : RecordSchema.JOB.members()) {
            if (!Objects.equals(job.value(member.name()), text(row.get(member.name())))) {
                different.add(member.name());
            }
        }
        extra.properties().stream()
                .filter(field ->
                        storedExtra.has(field.getKey()) && !isEqual(field.getValue(), storedExtra.get(field.getKey())))
                .forEach(field -> different.add(field.getKey()));
        return different;
    }

    private boolean isEqual(FieldDefinition field) throws JsonProcessingException {
        Object value = job.value(field.name());
        Object stored = row.get(field.name());
        if (value == null || stored == null) {
            return value == stored;
        }
        return switch (field.kind()) {
            case TEXT -> value.equals(text(stored));
            case BOOLEAN -> value.equals(stored);
            case TIMESTAMP, LENIENT_TIMESTAMP -> instant(value).equals(instant(stored));
            case JSON -> isEqual(JSON.readTree((String) value), JSON.readTree(text(stored)));
        };
    }

    private static boolean isEqual(JsonNode value, JsonNode stored) {
        return value.equals(
                (a, b) -> a.isNumber() && b.isNumber()
                        ? a.decimalValue().compareTo(b.decimalValue())
                        : a.equals(b) ? 0 : 1,
                stored);
    }

    /** Returns whether one of the two has changed after a time of the server. */
    boolean isNewerThan(OffsetDateTime time) {
        return job.updatedAt().filter(time::isBefore).isPresent()
                || row.get("updated_at") != null
                        && instant(row.get("updated_at")).isAfter(time.toInstant());
    }

    /** Returns the job with the unknown fields that the feed has delivered, each as the API delivers it, if it does. */
    FeedRecord correction() throws IOException {
        Set<String> unknown = new HashSet<>();
        storedExtra.fieldNames().forEachRemaining(unknown::add);
        ObjectNode known = storedExtra.deepCopy();
        known.setAll(extra.deepCopy().retain(unknown));
        FeedRecord corrected = new FeedRecord(
                job.shape(),
                job.id(),
                job.values(),
                known.isEmpty() ? null : known.toString(),
                job.contentHash(),
                job.rawHash());
        return FeedResponseParser.row(corrected.json(), RecordSchema.JOB).rows().get(0);
    }

    /** Returns text or JSON of a row; H2 delivers JSON as bytes, PostgreSQL as an object. */
    private static String text(Object stored) {
        return stored instanceof byte[] json
                ? new String(json, StandardCharsets.UTF_8)
                : Objects.toString(stored, null);
    }

    private static Instant instant(Object time) {
        return time instanceof Timestamp stored ? stored.toInstant() : ((OffsetDateTime) time).toInstant();
    }
}
