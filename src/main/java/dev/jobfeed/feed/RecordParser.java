package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Parses the rows of a feed token by token. Not thread-safe. */
public final class RecordParser {

    /** Maximum number of fields without a column in a row; each takes about 200 bytes until the row is complete. */
    private static final int MAX_UNKNOWN = 10_000;

    /** Maximum length of a value quoted in a reason, in characters. */
    private static final int MAX_QUOTED = 60;

    private final RecordSchema shape;
    private final ContentFingerprint contentHash;
    private final RawFingerprint rawHash;
    private final JsonCopier text;

    /** Creates a parser of rows of a schema. */
    RecordParser(RecordSchema shape) throws IOException {
        this.shape = shape;
        this.text = new JsonCopier();
        this.contentHash = new ContentFingerprint(shape);
        this.rawHash = new RawFingerprint(shape);
    }

    /** The outcome for a row; exactly one of the three is not null. */
    record Result(FeedRecord row, UnparsedRecord unparsed, InvalidRecord rejected) {

        UUID id() {
            return row != null ? row.id() : unparsed != null ? unparsed.id() : rejected.id();
        }
    }

    /**
     * Finds the id and the end of the parser's current value without decoding the rest of it. A row without a usable id
     * is parsed.
     */
    Result cut(JsonParser row, RecordingInputStream bytes) throws IOException {
        if (row.currentToken() != JsonToken.START_OBJECT) {
            return read(row, bytes);
        }
        bytes.keepFrom(byteOffset(row.currentTokenLocation()));
        UUID id = null;
        boolean hasId = false;
        while (row.nextToken() == JsonToken.FIELD_NAME) {
            boolean isId = !hasId && row.currentName().equals("id");
            if (row.nextToken() == JsonToken.VALUE_STRING && isId) {
                id = uuid(row.getText()).orElse(null);
            }
            hasId |= isId;
            row.skipChildren();
        }
        byte[] json = bytes.until(byteOffset(row.currentLocation()));
        UnparsedRecord unparsed = new UnparsedRecord(id, json, rawHash.of(json, json.length));
        return id == null ? read(unparsed) : new Result(null, unparsed, null);
    }

    /** Parses a row that {@link #cut} has left unparsed. */
    Result read(UnparsedRecord row) throws IOException {
        RecordingInputStream bytes = new RecordingInputStream(new ByteArrayInputStream(row.json()), row.json().length);
        try (JsonParser parser = JsonCopier.JSON.createParser(bytes)) {
            parser.nextToken();
            return read(parser, bytes);
        }
    }

    /**
     * Parses the parser's current value in one pass. A defect does not stop the parsing of the row.
     *
     * @param bytes what the parser reads from
     */
    Result read(JsonParser row, RecordingInputStream bytes) throws IOException {
        bytes.keepFrom(byteOffset(row.currentTokenLocation()));
        if (row.currentToken() != JsonToken.START_OBJECT) {
            return new Result(null, null, new InvalidRecord(null, "the row is not a JSON object", text.of(row)));
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
            } catch (InvalidRowException e) {
                badValue = e.getMessage();
            }
            row.skipChildren();
        }
        long end = byteOffset(row.currentLocation());
        if (badId == null && badValue == null && bytes.isRepairedUntil(end)) {
            badValue = "the row has bytes that are not UTF-8; U+FFFD stands in their place";
        }
        if (badId != null || badValue != null) {
            return new Result(
                    null, null, new InvalidRecord(id, badId != null ? badId : badValue, rawJson(bytes.until(end))));
        }
        String extraJson = extra.isEmpty() ? null : text.object(extra);
        byte[] content = contentHash.of(values, extraJson);
        byte[] raw = RawFingerprint.stored(bytes.fingerprint(rawHash, end), content);
        return new Result(new FeedRecord(shape, id, values, extraJson, content, raw), null, null);
    }

    private String rawJson(byte[] row) throws IOException {
        try (JsonParser again = JsonCopier.JSON.createParser(row)) {
            again.nextToken();
            return text.of(again);
        }
    }

    /**
     * Returns the byte offset. RFC 8259, 8.1: exchanged JSON is UTF-8. A parser of another encoding does not count
     * bytes.
     */
    private static long byteOffset(JsonLocation location) throws IOException {
        if (location.getByteOffset() < 0) {
            throw new MalformedResponseException("The response is not UTF-8.");
        }
        return location.getByteOffset();
    }

    /**
     * Parses an id with or without its hyphens. Strict, unlike {@link UUID#fromString}, which completes "1-1-1-1-1".
     */
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
            throws IOException, InvalidRowException {
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
            throws IOException, InvalidRowException {
        if (!condition) {
            throw new InvalidRowException(field.name() + " is " + describe(row) + " and not " + expected);
        }
    }

    private static void require(boolean condition, String otherwise) throws InvalidRowException {
        if (!condition) {
            throw new InvalidRowException(otherwise);
        }
    }

    /** Describes the parser's current value as printable text of at most 70 characters. */
    static String describe(JsonParser row) throws IOException {
        return switch (row.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "'" + shortened(row.getText()) + "'";
            default -> shortened(row.getText().toLowerCase(Locale.ROOT));
        };
    }

    /** Returns the beginning of a server's text in printable form. */
    private static String shortened(String text) {
        return PrintableText.of(
                TextSanitizer.of(text.length() <= MAX_QUOTED ? text : text.substring(0, MAX_QUOTED) + "..."));
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

    /** Returns the parser's current value as JSON text, and sets the members that have their own column. */
    private String json(FieldDefinition field, JsonParser row, Object[] values)
            throws IOException, InvalidRowException {
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

    /** Returns the value just written, if it can be stored. */
    private String storable(String name, String json) throws InvalidRowException {
        if (!text.isStorable()) {
            throw new InvalidRowException(
                    shortened(name) + " is nested deeper than " + JsonCopier.DEEPEST_STORABLE + " levels");
        }
        return json;
    }

    /** Carries the reason why a row cannot be stored; never leaves this class. */
    private static final class InvalidRowException extends Exception {

        private static final long serialVersionUID = 1L;

        InvalidRowException(String message) {
            super(message);
        }
    }
}
