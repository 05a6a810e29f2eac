package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Provides the object mappers of the {@code unmarshal} steps, one per kind of response. They parse a response while it
 * is received, and throw {@link MalformedResponseException} for one that violates the API contract.
 */
public final class ResponseMappers {

    private ResponseMappers() {}

    /**
     * Returns a mapper to {@link FeedPage}.
     *
     * @param parses whether rows are parsed; otherwise they are only cut out, for a comparison with the stored ones
     * @param input wraps the response, for example to receive it on another thread
     */
    public static ObjectMapper feed(RecordSchema schema, boolean parses, UnaryOperator<InputStream> input) {
        return mapper(
                FeedPage.class,
                response -> new RecordingInputStream(input.apply(response)),
                (parser, response) -> FeedResponseParser.feedPage(parser, response, schema, parses));
    }

    /** Returns a mapper to {@link ExpiredIdsPage}. */
    public static ObjectMapper expiredIds() {
        return mapper(
                ExpiredIdsPage.class,
                Utf8RepairInputStream::new,
                (parser, response) -> FeedResponseParser.idPage(parser));
    }

    /** Returns a mapper to {@code String}: a JSON object as storable text. */
    public static ObjectMapper object() {
        return mapper(
                String.class,
                response -> new Utf8RepairInputStream(new RecordingInputStream(response)),
                (parser, response) -> FeedResponseParser.object(parser));
    }

    private interface Parsing<T, I extends InputStream> {
        T parse(JsonParser parser, I response) throws IOException;
    }

    private static <T, I extends InputStream> ObjectMapper mapper(
            Class<T> type, Function<InputStream, I> input, Parsing<T, I> parsing) {
        return new ObjectMapper(new Factory(input))
                .registerModule(new SimpleModule().addDeserializer(type, new Deserializer<>(type, parsing)));
    }

    /** Opens responses, which begin with an object. */
    private static final class Factory extends JsonFactory {

        private static final long serialVersionUID = 1L;

        private final transient Function<InputStream, ? extends InputStream> input;

        Factory(Function<InputStream, ? extends InputStream> input) {
            super(new JsonFactoryBuilder(JsonCopier.JSON).enable(StreamReadFeature.AUTO_CLOSE_SOURCE));
            this.input = input;
        }

        @Override
        public JsonParser createParser(InputStream in) throws IOException {
            InputStream response = input.apply(in);
            try {
                JsonParser parser = super.createParser(response);
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw new MalformedResponseException("The response is not a JSON object.");
                }
                return parser;
            } catch (JsonProcessingException | CharConversionException e) {
                response.close();
                throw FeedResponseParser.unreadable(e);
            } catch (IOException e) {
                response.close();
                throw e;
            }
        }
    }

    private static final class Deserializer<T, I extends InputStream> extends StdDeserializer<T> {

        private static final long serialVersionUID = 1L;

        private final transient Parsing<T, I> parsing;

        Deserializer(Class<T> type, Parsing<T, I> parsing) {
            super(type);
            this.parsing = parsing;
        }

        @Override
        @SuppressWarnings("unchecked")
        public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            if (!(parser.getInputSource() instanceof InputStream response)) {
                throw new MalformedResponseException("The response is not UTF-8.");
            }
            return parsing.parse(parser, (I) response);
        }
    }
}
