package dev.jobfeed.feed;

import com.fasterxml.jackson.databind.node.TextNode;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One row of a feed, ready to be stored.
 *
 * @param shape what {@code values} means
 * @param id the row's primary key
 * @param values one value a column of the shape: String (text and JSON), Boolean, OffsetDateTime (UTC, microseconds),
 *     or null
 * @param extra the fields that have no column, as a JSON object; null when there are none
 * @param contentHash of fields and extra, each {@link ColumnGroup} by itself
 */
public record FeedRecord(RecordSchema shape, UUID id, Object[] values, String extra, byte[] contentHash) {

    /** A field's value; null when it was null or missing. */
    public Object value(String field) {
        return values[shape.position(field)];
    }

    /** Returns the row as it would be delivered; it has the same content hash when it is read again. */
    String json() {
        StringBuilder json = new StringBuilder("{\"id\":\"").append(id).append('"');
        for (int i = 0; i < shape.fields().size(); i++) {
            if (values[i] != null) {
                FieldDefinition field = shape.fields().get(i);
                json.append(",\"").append(field.name()).append("\":");
                boolean isText = field.kind() == FieldDefinition.Kind.TEXT || values[i] instanceof OffsetDateTime;
                json.append(isText ? TextNode.valueOf(values[i].toString()).toString() : values[i].toString());
            }
        }
        // an object of its own, of which the opening brace becomes a comma
        return extra == null
                ? json.append('}').toString()
                : json.append(',').append(extra, 1, extra.length()).toString();
    }

    /** What an update has to write over the state that has this hash: nothing if it is the same, else always the short part. */
    public Set<ColumnGroup> changedParts(byte[] storedHash) {
        return ContentFingerprint.changed(storedHash, contentHash);
    }

    /** When the row last changed; empty where the feed does not say, which counts as newest. */
    public Optional<OffsetDateTime> updatedAt() {
        return time("updated_at");
    }

    /** The newest of the times that can bring a row into an incremental window. */
    public Optional<OffsetDateTime> newestTime() {
        OffsetDateTime newest = null;
        for (String field : new String[] {"created_at", "updated_at", "date_posted"}) {
            OffsetDateTime time = time(field).orElse(null);
            if (time != null && (newest == null || time.isAfter(newest))) {
                newest = time;
            }
        }
        return Optional.ofNullable(newest);
    }

    /** Whether this row is older than another of the same id; a row that does not say its age is the newest. */
    public boolean isOlderThan(FeedRecord other) {
        OffsetDateTime mine = updatedAt().orElse(OffsetDateTime.MAX);
        return mine.isBefore(other.updatedAt().orElse(OffsetDateTime.MAX));
    }

    private Optional<OffsetDateTime> time(String field) {
        int position = shape.position(field);
        return position < 0 ? Optional.empty() : Optional.ofNullable((OffsetDateTime) values[position]);
    }
}
