package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.Writer;
import java.util.Map;

/** Copies values as JSON that every supported database accepts. Not thread-safe. */
final class JsonCopier {

    /** Maximum nesting of a stored value. Nesting beyond a thousand levels breaks most readers, databases first. */
    static final int DEEPEST_STORABLE = 500;

    /**
     * Maximum size of a row in bytes, and of a text, number or name in characters; the largest postings have about
     * 100,000.
     */
    static final int MAX_LENGTH = 8 << 20;

    private static final int DEEPEST_READABLE = 100_000;

    /**
     * Maximum number of tokens in a response. The parser keeps names until the end, 150 bytes each. A page of 1,000
     * jobs has 140,000 tokens.
     */
    private static final int MAX_TOKENS = 1_000_000;

    /**
     * Accepts more than a database does, up to limits that protect the memory, because a row that cannot be stored must
     * not fail its page. For the same reason it accepts bare NaN and Infinity, and control characters in texts, which
     * common JSON writers emit.
     */
    static final JsonFactory JSON = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST_READABLE)
                    .maxNumberLength(MAX_LENGTH)
                    .maxStringLength(MAX_LENGTH)
                    .maxNameLength(MAX_LENGTH)
                    .maxTokenCount(MAX_TOKENS)
                    .build())
            .streamWriteConstraints(StreamWriteConstraints.builder()
                    .maxNestingDepth(DEEPEST_READABLE)
                    .build())
            .rootValueSeparator((String) null)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            // another parser may continue reading the response
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            .build();

    private final StringBuilder text = new StringBuilder();
    private final JsonGenerator generator;
    private int deepest;

    JsonCopier() throws IOException {
        this.generator = JSON.createGenerator(new Writer() {
            @Override
            public void write(char[] characters, int offset, int length) {
                text.append(characters, offset, length);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
    }

    /** Receives each token of a value that is being copied. */
    interface TokenWatch {
        void see(int depth, JsonParser token) throws IOException;
    }

    /** Copies the parser's current value, without whitespace. */
    String of(JsonParser value) throws IOException {
        return of(value, (depth, token) -> {});
    }

    /** Copies the parser's current value, and passes each of its tokens to a listener. */
    String of(JsonParser value, TokenWatch watch) throws IOException {
        int depth = 0;
        deepest = 0;
        do {
            JsonToken token = value.currentToken();
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            deepest = Math.max(deepest, depth);
            watch.see(depth, value);
            copyToken(value);
        } while (depth > 0 && value.nextToken() != null);
        return written();
    }

    /** Returns whether the last value written can be stored and read by databases and their clients. */
    boolean isStorable() {
        return deepest <= DEEPEST_STORABLE;
    }

    /** Writes an object whose members are already JSON. */
    String object(Map<String, String> members) throws IOException {
        generator.writeStartObject();
        for (Map.Entry<String, String> member : members.entrySet()) {
            generator.writeFieldName(member.getKey());
            generator.writeRawValue(member.getValue());
        }
        generator.writeEndObject();
        return written();
    }

    private String written() throws IOException {
        generator.flush();
        String written = text.toString();
        text.setLength(0);
        return written;
    }

    /**
     * Copies numbers as text, because every number type changes some of them: 1.10, 1e400. Numbers beyond the range of
     * every database, such as 1e200000, become a string. NaN and Infinity become null, as JSON.stringify does
     * (ECMA-262).
     */
    private void copyToken(JsonParser token) throws IOException {
        switch (token.currentToken()) {
            case VALUE_STRING -> {
                char[] characters = token.getTextCharacters();
                int offset = token.getTextOffset();
                int length = token.getTextLength();
                if (TextSanitizer.isStorable(characters, offset, length)) {
                    generator.writeString(characters, offset, length);
                } else {
                    generator.writeString(TextSanitizer.of(token.getText()));
                }
            }
            case FIELD_NAME -> generator.writeFieldName(TextSanitizer.of(token.currentName()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                if (!TextSanitizer.isFinite(token.getText())) {
                    generator.writeNull();
                } else if (TextSanitizer.isNumber(token.getText())) {
                    generator.writeNumber(token.getText());
                } else {
                    generator.writeString(token.getText());
                }
            }
            default -> generator.copyCurrentEventExact(token);
        }
    }
}
