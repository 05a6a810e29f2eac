package dev.jobfeed.feed;

import com.fasterxml.jackson.databind.node.TextNode;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * A row of a feed, ready to be stored.
 *
 * @param shape the meaning of {@code values}
 * @param id the row's primary key
 * @param values one value per column of the schema: String (text and JSON), Boolean, OffsetDateTime (UTC,
 *     microseconds), or null
 * @param extra the fields that have no column, as a JSON object; null when there are none
 * @param contentHash hash of fields, members and extra, each {@link ColumnGroup} separately
 * @param rawHash hash of the row's bytes as delivered and of its content; null if it must not be stored
 */
public record FeedRecord(
        RecordSchema shape, UUID id, Object[] values, String extra, byte[] contentHash, byte[] rawHash) {

    /** Returns this row, of which {@code rawHash} is not stored. */
    FeedRecord withoutRawHash() {
        return new FeedRecord(shape, id, values, extra, contentHash, null);
    }

    /** Returns a field's value; null when it was null or missing. */
    public Object value(String field) {
        return values[shape.position(field)];
    }

    /** Returns the row as the API would deliver it. Parsing the result yields the same content hash. */
    public String json() {
        StringBuilder json = new StringBuilder("{\"id\":\"").append(id).append('"');
        for (int i = 0; i < shape.fields().size(); i++) {
            if (values[i] != null) {
                FieldDefinition field = shape.fields().get(i);
                json.append(",\"").append(field.name()).append("\":");
                boolean isText = field.kind() == FieldDefinition.Kind.TEXT || values[i] instanceof OffsetDateTime;
                json.append(isText ? TextNode.valueOf(values[i].toString()).toString() : values[i].toString());
            }
        }
        // extra is an object itself; its opening brace is replaced by the comma
        return extra == null
                ? json.append('}').toString()
                : json.append(',').append(extra, 1, extra.length()).toString();
    }

    /**
     * Returns the column groups that an update of the state with this hash has to write: none if it is unchanged,
     * otherwise {@link ColumnGroup#SCALAR} and the groups that differ.
     */
    public Set<ColumnGroup> changedParts(byte[] storedHash) {
        return ContentFingerprint.changed(storedHash, contentHash);
    }

    /** Returns when the row last changed; empty where the feed does not state it, which counts as newest. */
    public Optional<OffsetDateTime> updatedAt() {
        return time("updated_at");
    }

    /** Returns the latest of the times that can bring a row into an incremental window. */
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

    /**
     * Returns whether this row is older than another with the same id. A row without an update time counts as newest.
     */
    public boolean isOlderThan(FeedRecord other) {
        OffsetDateTime mine = updatedAt().orElse(OffsetDateTime.MAX);
        return mine.isBefore(other.updatedAt().orElse(OffsetDateTime.MAX));
    }

    private Optional<OffsetDateTime> time(String field) {
        int position = shape.position(field);
        return position < 0 ? Optional.empty() : Optional.ofNullable((OffsetDateTime) values[position]);
    }
}
