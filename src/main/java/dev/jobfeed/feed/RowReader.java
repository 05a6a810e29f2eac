package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/** Reads the rows of a feed from a parser, token by token. Not thread-safe. */
public final class RowReader {

    private static final JsonFactory JSON = new JsonFactory();
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final RowShape shape;
    private final MessageDigest digest;

    RowReader(RowShape shape) {
        this.shape = shape;
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** What became of a row; exactly one of the two is null. */
    record Result(Row row, RejectedRow rejected) {}

    /** Reads the value that the parser stands on; its tokens are kept until then, to show a bad row as it came. */
    Result read(JsonParser parser) throws IOException {
        try (TokenBuffer tokens = new TokenBuffer(parser)) {
            tokens.copyCurrentStructure(parser);
            UUID id = null;
            try {
                id = id(tokens);
                return new Result(row(id, tokens), null);
            } catch (UnusableRowException e) {
                return new Result(null, new RejectedRow(id, e.getMessage(), json(tokens)));
            }
        }
    }

    private static UUID id(TokenBuffer tokens) throws IOException, UnusableRowException {
        try (JsonParser row = tokens.asParser()) {
            if (row.nextToken() != JsonToken.START_OBJECT) {
                throw new UnusableRowException("the row is not a JSON object");
            }
            while (row.nextToken() == JsonToken.FIELD_NAME) {
                boolean isId = row.currentName().equals("id");
                JsonToken value = row.nextToken();
                if (!isId) {
                    row.skipChildren();
                } else {
                    String text = value == JsonToken.VALUE_STRING ? row.getText() : "";
                    String found = describe(row);
                    return uuid(text).orElseThrow(() -> new UnusableRowException("id is " + found + " and not a UUID"));
                }
            }
            throw new UnusableRowException("the row has no id");
        }
    }

    /** Strict, unlike {@link UUID#fromString}, which completes "1-1-1-1-1". */
    public static Optional<UUID> uuid(String text) {
        return UUID_TEXT.matcher(text).matches() ? Optional.of(UUID.fromString(text)) : Optional.empty();
    }

    private Row row(UUID id, TokenBuffer tokens) throws IOException, UnusableRowException {
        Object[] values = new Object[shape.fields().size() + shape.members().size()];
        Map<String, String> extra = new TreeMap<>();
        try (JsonParser row = tokens.asParser()) {
            row.nextToken();
            while (row.nextToken() == JsonToken.FIELD_NAME) {
                String name = row.currentName();
                row.nextToken();
                int position = shape.position(name);
                if (position >= 0 && position < shape.fields().size()) {
                    values[position] = value(shape.fields().get(position), row, values, extra);
                } else if (!name.equals("id")) {
                    extra.put(StorableText.of(name), json(row));
                }
            }
        }
        String extraJson = extra.isEmpty() ? null : object(extra);
        return new Row(shape, id, values, extraJson, hash(id, values, extraJson));
    }

    private Object value(Field field, JsonParser row, Object[] values, Map<String, String> extra)
            throws IOException, UnusableRowException {
        if (row.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        return switch (field.kind()) {
            case TEXT -> {
                require(row.currentToken() == JsonToken.VALUE_STRING, field, row, "a text");
                yield StorableText.of(row.getText());
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
                    extra.put(field.name(), json(row));
                }
                yield time;
            }
            case JSON -> json(field, row, values);
        };
    }

    private static void require(boolean condition, Field field, JsonParser row, String expected)
            throws IOException, UnusableRowException {
        if (!condition) {
            throw new UnusableRowException(field.name() + " is " + describe(row) + " and not " + expected);
        }
    }

    private static String describe(JsonParser row) throws IOException {
        return switch (row.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> {
                String text = row.getText();
                yield "'" + StorableText.of(text.length() <= 60 ? text : text.substring(0, 60) + "...") + "'";
            }
            default -> row.getText().toLowerCase(Locale.ROOT);
        };
    }

    private static OffsetDateTime timestamp(JsonParser row) throws IOException {
        if (row.currentToken() != JsonToken.VALUE_STRING) {
            return null;
        }
        try {
            return Timestamps.parse(row.getText());
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** The value the parser stands on as JSON text; members of it that have a column of their own are set on the way. */
    private String json(Field field, JsonParser row, Object[] values) throws IOException {
        List<RowShape.Member> members = shape.members().stream()
                .filter(member -> member.field().equals(field.name()))
                .toList();
        return json(row, (depth, token) -> {
            if (depth == 1 && token.currentToken() == JsonToken.VALUE_STRING) {
                for (RowShape.Member member : members) {
                    if (member.member().equals(token.currentName())) {
                        values[shape.position(member.name())] = StorableText.of(token.getText());
                    }
                }
            }
        });
    }

    /** Sees each token of a value that is being copied. */
    private interface TokenWatch {
        void see(int depth, JsonParser token) throws IOException;
    }

    static String json(JsonParser row) throws IOException {
        return json(row, (depth, token) -> {});
    }

    private static String json(JsonParser row, TokenWatch watch) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator copy = JSON.createGenerator(text)) {
            int depth = 0;
            do {
                JsonToken token = row.currentToken();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                watch.see(depth, row);
                copyToken(row, copy);
            } while (depth > 0 && row.nextToken() != null);
        }
        return text.toString();
    }

    /**
     * Numbers go over as text, as every number type changes some of them: 1.10, 1e400. Those that are beyond all
     * databases, 1e200000, become a string.
     */
    private static void copyToken(JsonParser row, JsonGenerator copy) throws IOException {
        switch (row.currentToken()) {
            case VALUE_STRING -> copy.writeString(StorableText.of(row.getText()));
            case FIELD_NAME -> copy.writeFieldName(StorableText.of(row.currentName()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                if (StorableText.isNumber(row.getText())) {
                    copy.writeNumber(row.getText());
                } else {
                    copy.writeString(row.getText());
                }
            }
            default -> copy.copyCurrentEventExact(row);
        }
    }

    private static String json(TokenBuffer tokens) throws IOException {
        try (JsonParser row = tokens.asParser()) {
            row.nextToken();
            return json(row);
        }
    }

    private static String object(Map<String, String> members) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator object = JSON.createGenerator(text)) {
            object.writeStartObject();
            for (Map.Entry<String, String> member : members.entrySet()) {
                object.writeFieldName(member.getKey());
                object.writeRawValue(member.getValue());
            }
            object.writeEndObject();
        }
        return text.toString();
    }

    private byte[] hash(UUID id, Object[] values, String extra) {
        hash(id);
        for (int i = 0; i < shape.fields().size(); i++) {
            hash(values[i]);
        }
        hash(extra);
        return digest.digest();
    }

    /** Each value with a mark of its own behind it, so that no two rows run into the same bytes. */
    private void hash(Object value) {
        if (value == null) {
            digest.update((byte) 0xFE);
        } else {
            digest.update(value.toString().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0xFF);
        }
    }

    /** Why a row cannot be stored; never leaves this class. */
    private static final class UnusableRowException extends Exception {

        private static final long serialVersionUID = 1L;

        UnusableRowException(String message) {
            super(message);
        }
    }
}
