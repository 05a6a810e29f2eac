package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.Writer;
import java.util.Map;

/** Writes values as JSON that every database takes, one after the other. Not thread-safe. */
final class JsonText {

    private static final JsonFactory JSON =
            new JsonFactoryBuilder().rootValueSeparator((String) null).build();

    private final StringBuilder text = new StringBuilder();
    private final JsonGenerator generator;

    JsonText() throws IOException {
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

    /** Sees each token of a value that is being copied. */
    interface TokenWatch {
        void see(int depth, JsonParser token) throws IOException;
    }

    /** The value that a parser stands on, without what is between its tokens. */
    String of(JsonParser value) throws IOException {
        return of(value, (depth, token) -> {});
    }

    /** The value that a parser stands on, with each of its tokens seen on the way. */
    String of(JsonParser value, TokenWatch watch) throws IOException {
        int depth = 0;
        do {
            JsonToken token = value.currentToken();
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            watch.see(depth, value);
            copyToken(value);
        } while (depth > 0 && value.nextToken() != null);
        return written();
    }

    /** An object of members that are JSON already. */
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
     * Numbers go over as text, as every number type changes some of them: 1.10, 1e400. Those that are beyond all
     * databases, 1e200000, become a string.
     */
    private void copyToken(JsonParser token) throws IOException {
        switch (token.currentToken()) {
            case VALUE_STRING -> {
                char[] characters = token.getTextCharacters();
                int offset = token.getTextOffset();
                int length = token.getTextLength();
                if (StorableText.isStorable(characters, offset, length)) {
                    generator.writeString(characters, offset, length);
                } else {
                    generator.writeString(StorableText.of(token.getText()));
                }
            }
            case FIELD_NAME -> generator.writeFieldName(StorableText.of(token.currentName()));
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                if (StorableText.isNumber(token.getText())) {
                    generator.writeNumber(token.getText());
                } else {
                    generator.writeString(token.getText());
                }
            }
            default -> generator.copyCurrentEventExact(token);
        }
    }
}
