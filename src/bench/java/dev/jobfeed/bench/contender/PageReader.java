package dev.jobfeed.bench.contender;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Parses a page with Jackson's streaming parser while it arrives. Not thread-safe. */
final class PageReader {

    private static final JsonFactory JSON = new JsonFactory();

    private static final byte[] NONE = {};

    private final MessageDigest digest;
    private final boolean hashes;

    /**
     * Creates a reader.
     *
     * @param hashes whether a posting gets a hash of its content instead of an empty one
     */
    PageReader(boolean hashes) {
        this.hashes = hashes;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Page read(InputStream body) throws IOException {
        List<Posting> postings = new ArrayList<>(1000);
        String next = null;
        Boolean more = null;
        try (JsonParser parser = JSON.createParser(body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "jobs" -> {
                        while (parser.nextToken() == JsonToken.START_OBJECT) {
                            postings.add(posting(parser));
                        }
                    }
                    case "next_cursor" -> next = parser.getValueAsString();
                    case "has_more" -> more = parser.getBooleanValue();
                    default -> parser.skipChildren();
                }
            }
        }
        if (more == null || more && next == null) {
            throw new IOException("The response is no page");
        }
        return new Page(postings, more ? next : null);
    }

    private Posting posting(JsonParser parser) throws IOException {
        UUID id = null;
        Object[] values = new Object[Columns.ALL.size()];
        Map<String, String> unknown = new TreeMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            int position = Columns.position(name);
            if (name.equals("id")) {
                id = UUID.fromString(parser.getText());
            } else if (position < 0) {
                unknown.put(name, json(parser));
            } else if (position == Columns.COMPANY && token == JsonToken.START_OBJECT) {
                values[position] = company(parser, values);
            } else if (token != JsonToken.VALUE_NULL) {
                values[position] = value(Columns.kind(position), parser);
            }
        }
        if (id == null) {
            throw new IOException("A row has no id");
        }
        if (!unknown.isEmpty()) {
            values[Columns.EXTRA] = object(unknown);
        }
        return new Posting(id, values, hashes ? hash(id, values) : NONE);
    }

    private static Object value(Columns.Kind kind, JsonParser parser) throws IOException {
        return switch (kind) {
            case TEXT -> parser.getText();
            case BOOLEAN -> parser.getBooleanValue();
            case TIME -> OffsetDateTime.parse(parser.getText());
            case JSON -> json(parser);
        };
    }

    private static String json(JsonParser parser) throws IOException {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator out = JSON.createGenerator(text)) {
            copy(parser, out);
        }
        return text.toString();
    }

    /** Copies the current value; numbers keep their notation, because 1.10 is not 1.1. */
    private static void copy(JsonParser parser, JsonGenerator out) throws IOException {
        int depth = 0;
        do {
            JsonToken token = parser.currentToken();
            if (token.isNumeric()) {
                out.writeNumber(parser.getText());
            } else {
                out.copyCurrentEvent(parser);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            }
        } while (depth > 0 && parser.nextToken() != null);
    }

    /** Copies the company, and reads the two members that have their own columns. */
    private static String company(JsonParser parser, Object[] values) throws IOException {
        StringWriter text = new StringWriter(512);
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                out.writeFieldName(name);
                if (parser.nextToken() == JsonToken.VALUE_STRING) {
                    if (name.equals("id")) {
                        values[Columns.COMPANY_ID] = parser.getText();
                    } else if (name.equals("name")) {
                        values[Columns.COMPANY_NAME] = parser.getText();
                    }
                }
                copy(parser, out);
            }
            out.writeEndObject();
        }
        return text.toString();
    }

    private static String object(Map<String, String> members) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            for (Map.Entry<String, String> member : members.entrySet()) {
                out.writeFieldName(member.getKey());
                out.writeRawValue(member.getValue());
            }
            out.writeEndObject();
        }
        return text.toString();
    }

    private byte[] hash(UUID id, Object[] values) {
        digest.update(id.toString().getBytes(StandardCharsets.UTF_8));
        for (Object value : values) {
            // a separator after each value, so that different rows never give the same bytes
            if (value == null) {
                digest.update((byte) 0xFE);
            } else {
                digest.update(value.toString().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0xFF);
            }
        }
        return digest.digest();
    }
}
