package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Reads the paged answers of the API as they arrive.
 *
 * <p>An answer that is no JSON object, lacks its array or lacks a boolean {@code has_more} is an
 * {@link UnreadableAnswerException}: it must never pass for an empty page.
 */
public final class AnswerReader {

    private AnswerReader() {}

    /** Reads a page of a feed; rows of the same id become one, the newest. */
    public static FeedPage feedPage(InputStream answer, RowShape shape) throws IOException {
        RowBytes bytes = new RowBytes(answer);
        RowReader reader = new RowReader(shape, bytes);
        List<RowReader.Result> results = new ArrayList<>();
        Envelope envelope = read(bytes, shape.array(), parser -> results.add(reader.read(parser)));
        return page(results, envelope);
    }

    /** Reads one row that was delivered before, as a page of its own. */
    public static FeedPage row(String json, RowShape shape) throws IOException {
        RowBytes bytes = new RowBytes(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        try (JsonParser parser = JsonText.JSON.createParser(bytes)) {
            parser.nextToken();
            return page(
                    List.of(new RowReader(shape, bytes).read(parser)),
                    new Envelope(new NextPage(false, null), OptionalLong.empty()));
        }
    }

    private static FeedPage page(List<RowReader.Result> results, Envelope envelope) {
        Map<UUID, Row> rows = new LinkedHashMap<>();
        List<RejectedRow> rejected = new ArrayList<>();
        for (RowReader.Result result : results) {
            if (result.row() == null) {
                rejected.add(result.rejected());
            } else {
                rows.merge(result.row().id(), result.row(), (a, b) -> b.isOlderThan(a) ? a : b);
            }
        }
        int duplicates = results.size() - rows.size() - rejected.size();
        return new FeedPage(List.copyOf(rows.values()), rejected, duplicates, envelope.next(), envelope.total());
    }

    /** Reads a page of {@code GET /api/jobs/expired}; what is no UUID cannot be an id of ours and is passed over. */
    public static IdPage idPage(InputStream answer) throws IOException {
        List<UUID> ids = new ArrayList<>();
        Envelope envelope = read(answer, "job_ids", parser -> {
            if (parser.currentToken() == JsonToken.VALUE_STRING) {
                RowReader.uuid(parser.getText()).ifPresent(ids::add);
            } else {
                parser.skipChildren();
            }
        });
        return new IdPage(ids, envelope.next());
    }

    /** Reads an answer that is one JSON object, as storable text. */
    public static String object(InputStream answer) throws IOException {
        try (JsonParser parser = JsonText.JSON.createParser(answer)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UnreadableAnswerException("The answer is not a JSON object.");
            }
            JsonText text = new JsonText();
            String object = text.of(parser);
            if (!text.isStorable()) {
                throw new UnreadableAnswerException(
                        "The answer is nested deeper than " + JsonText.DEEPEST_STORABLE + " levels.");
            }
            return object;
        } catch (JsonProcessingException e) {
            throw new UnreadableAnswerException(
                    "The answer is not the JSON it should be: " + e.getOriginalMessage(), e);
        }
    }

    private interface ItemReader {
        void read(JsonParser parser) throws IOException;
    }

    private record Envelope(NextPage next, OptionalLong total) {}

    private static Envelope read(InputStream answer, String array, ItemReader items) throws IOException {
        try (JsonParser parser = JsonText.JSON.createParser(answer)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UnreadableAnswerException("The answer is not a JSON object.");
            }
            boolean hasArray = false;
            Boolean hasMore = null;
            String cursor = null;
            OptionalLong total = OptionalLong.empty();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals(array) && value == JsonToken.START_ARRAY) {
                    hasArray = true;
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        items.read(parser);
                    }
                } else if (name.equals("has_more") && value.isBoolean()) {
                    hasMore = parser.getBooleanValue();
                } else if (name.equals("next_cursor") && value == JsonToken.VALUE_STRING) {
                    cursor = parser.getText().isEmpty() ? null : parser.getText();
                } else if (name.equals("estimated_total") && value == JsonToken.VALUE_NUMBER_INT) {
                    total = OptionalLong.of(parser.getLongValue());
                } else {
                    parser.skipChildren();
                }
            }
            if (!hasArray || hasMore == null) {
                throw new UnreadableAnswerException(
                        "The answer lacks " + (hasArray ? "a boolean has_more" : "the array " + array) + ".");
            }
            if (parser.nextToken() != null) {
                throw new UnreadableAnswerException("The answer goes on behind its JSON object.");
            }
            return new Envelope(new NextPage(hasMore, cursor), total);
        } catch (JsonProcessingException e) {
            throw new UnreadableAnswerException(
                    "The answer is not the JSON it should be: " + e.getOriginalMessage(), e);
        }
    }
}
