package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Reads the rows of a feed from a parser, token by token. Not thread-safe. */
public final class RecordParser {

    /** Fields without a column that a row may have; each takes some 200 bytes until the row is complete. */
    private static final int MAX_UNKNOWN = 10_000;

    /** Characters of a text that a reason repeats. */
    private static final int MAX_SHOWN = 60;

    private final RecordSchema shape;
    private final RecordingInputStream bytes;
    private final ContentFingerprint hash;
    private final JsonCopier text;

    /** Reads rows of a shape from a parser over {@code bytes}. */
    RecordParser(RecordSchema shape, RecordingInputStream bytes) throws IOException {
        this.shape = shape;
        this.bytes = bytes;
        this.text = new JsonCopier();
        this.hash = new ContentFingerprint(shape);
    }

    /** What became of a row; exactly one of the two is null. */
    record Result(FeedRecord row, InvalidRecord rejected) {}

    /** Reads the value that the parser stands on, in one go; what is wrong with a row does not end the reading of it. */
    Result read(JsonParser row) throws IOException {
        bytes.keepFrom(place(row.currentTokenLocation()));
        if (row.currentToken() != JsonToken.START_OBJECT) {
            return new Result(null, new InvalidRecord(null, "the row is not a JSON object", text.of(row)));
        }
        Object[] values = new Object[shape.fields().size() + shape.members().size()];
        Map<String, String> extra = new TreeMap<>();
        UUID id = null;
        String badId = "the row has no id";
        String badValue = null;
        boolean hasId = false;
        while (row.nextToken() == JsonToken.FIELD_NAME) {
            String name = row.currentName();
            JsonToken token = row.nextToken();
            int position = shape.position(name);
            try {
                if (name.equals("id")) {
                    if (!hasId) {
                        hasId = true;
                        id = uuid(token == JsonToken.VALUE_STRING ? row.getText() : "")
                                .orElse(null);
                        badId = id == null ? "id is " + describe(row) + " and not a UUID" : null;
                    }
                } else if (badValue == null
                        && position >= 0
                        && position < shape.fields().size()) {
                    values[position] = value(shape.fields().get(position), row, values, extra);
                } else if (badValue == null) {
                    require(extra.size() < MAX_UNKNOWN, "the row has more than " + MAX_UNKNOWN + " unknown fields");
                    extra.put(TextSanitizer.of(name), storable(name, text.of(row)));
                }
            } catch (UnusableRowException e) {
                badValue = e.getMessage();
            }
            row.skipChildren();
        }
        if (badId == null && badValue == null && bytes.isRepairedUntil(place(row.currentLocation()))) {
            badValue = "the row has bytes that are not UTF-8; U+FFFD stands in their place";
        }
        if (badId != null || badValue != null) {
            return new Result(null, new InvalidRecord(id, badId != null ? badId : badValue, asItCame(row)));
        }
        String extraJson = extra.isEmpty() ? null : text.object(extra);
        return new Result(new FeedRecord(shape, id, values, extraJson, hash.of(values, extraJson)), null);
    }

    private String asItCame(JsonParser row) throws IOException {
        try (JsonParser again = JsonCopier.JSON.createParser(bytes.until(place(row.currentLocation())))) {
            again.nextToken();
            return text.of(again);
        }
    }

    /** RFC 8259, 8.1: JSON that is exchanged is UTF-8. A parser of anything else does not count bytes. */
    private static long place(JsonLocation location) throws IOException {
        if (location.getByteOffset() < 0) {
            throw new MalformedResponseException("The answer is not UTF-8.");
        }
        return location.getByteOffset();
    }

    /** Reads an id with or without its hyphens; strict, unlike {@link UUID#fromString}, which completes "1-1-1-1-1". */
    public static Optional<UUID> uuid(String text) {
        String hyphenated = text.length() == 32
                ? String.join(
                        "-",
                        text.substring(0, 8),
                        text.substring(8, 12),
                        text.substring(12, 16),
                        text.substring(16, 20),
                        text.substring(20))
                : text;
        try {
            UUID id = UUID.fromString(hyphenated);
            return id.toString().equalsIgnoreCase(hyphenated) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Object value(FieldDefinition field, JsonParser row, Object[] values, Map<String, String> extra)
            throws IOException, UnusableRowException {
        if (row.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        return switch (field.kind()) {
            case TEXT -> {
                require(row.currentToken() == JsonToken.VALUE_STRING, field, row, "a text");
                yield TextSanitizer.of(row);
            }
            case BOOLEAN -> {
                require(row.currentToken().isBoolean(), field, row, "true or false");
                yield row.getBooleanValue();
            }
            case TIMESTAMP -> {
                OffsetDateTime time = timestamp(row);
                require(time != null, field, row, "a date-time");
                yield time;
            }
            case LENIENT_TIMESTAMP -> {
                OffsetDateTime time = timestamp(row);
                if (time == null) {
                    extra.put(field.name(), storable(field.name(), text.of(row)));
                }
                yield time;
            }
            case JSON -> json(field, row, values);
        };
    }

    private static void require(boolean condition, FieldDefinition field, JsonParser row, String expected)
            throws IOException, UnusableRowException {
        if (!condition) {
            throw new UnusableRowException(field.name() + " is " + describe(row) + " and not " + expected);
        }
    }

    private static void require(boolean condition, String otherwise) throws UnusableRowException {
        if (!condition) {
            throw new UnusableRowException(otherwise);
        }
    }

    /** Describes the value that the parser stands on, as safe text of 70 characters at most. */
    static String describe(JsonParser row) throws IOException {
        return switch (row.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "'" + shortened(row.getText()) + "'";
            default -> shortened(row.getText().toLowerCase(Locale.ROOT));
        };
    }

    /** The beginning of a server's text, as it may be printed. */
    private static String shortened(String text) {
        return PrintableText.of(
                TextSanitizer.of(text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "..."));
    }

    private static OffsetDateTime timestamp(JsonParser row) throws IOException {
        if (row.currentToken() != JsonToken.VALUE_STRING) {
            return null;
        }
        try {
            return TimestampParser.parse(row.getText());
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** The value the parser stands on as JSON text; members of it that have a column of their own are set on the way. */
    private String json(FieldDefinition field, JsonParser row, Object[] values)
            throws IOException, UnusableRowException {
        List<RecordSchema.Member> members = shape.members(field);
        if (members.isEmpty()) {
            return storable(field.name(), text.of(row));
        }
        String json = text.of(row, (depth, token) -> {
            if (depth == 1 && token.currentToken() == JsonToken.VALUE_STRING) {
                for (RecordSchema.Member member : members) {
                    if (member.member().equals(token.currentName())) {
                        values[shape.position(member.name())] = TextSanitizer.of(token.getText());
                    }
                }
            }
        });
        return storable(field.name(), json);
    }

    /** The value that was just written. */
    private String storable(String name, String json) throws UnusableRowException {
        if (!text.isStorable()) {
            throw new UnusableRowException(
                    shortened(name) + " is nested deeper than " + JsonCopier.DEEPEST_STORABLE + " levels");
        }
        return json;
    }

    /** Why a row cannot be stored; never leaves this class. */
    private static final class UnusableRowException extends Exception {

        private static final long serialVersionUID = 1L;

        UnusableRowException(String message) {
            super(message);
        }
    }
}
