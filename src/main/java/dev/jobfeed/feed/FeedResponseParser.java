package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Parses the paged responses of the API while they are received.
 *
 * <p>A response that is not a JSON object, lacks its array or lacks a boolean {@code has_more} is a
 * {@link MalformedResponseException}, so that it is never taken for an empty page. So is one that has more but no
 * usable cursor, so that it is never taken for the last page.
 */
public final class FeedResponseParser {

    private static final String EXPIRED = "job_ids";

    /** Twice the documented page size, because a continuation may be larger than the page requested. */
    private static final int MAX_ROWS = 2_000;

    private static final int MAX_IDS = 20_000;

    /** Maximum length of a cursor, in characters. */
    private static final int MAX_CURSOR = 65_536;

    private static final ObjectMapper OBJECT = ResponseMappers.object();

    private FeedResponseParser() {}

    /**
     * Parses a page of a feed. Of rows with the same id, only the newest is kept.
     *
     * <p>The JSON parser fails at the first byte that is not UTF-8. The response is then parsed again from the start of
     * that row, with U+FFFD in place of such bytes. Checking every byte beforehand would slow down every page.
     *
     * @param parses whether rows are parsed, or else left unparsed
     */
    static FeedPage feedPage(JsonParser response, RecordingInputStream bytes, RecordSchema shape, boolean parses)
            throws IOException {
        List<RecordParser.Result> results = new ArrayList<>();
        RecordParser rows = new RecordParser(shape);
        Reading reading = new Reading(shape.array(), MAX_ROWS);
        try {
            reading.read(response, parser -> results.add(parses ? rows.read(parser, bytes) : rows.cut(parser, bytes)));
        } catch (MalformedResponseException e) {
            if (!reading.isWithinItem || !(e.getCause() instanceof JsonParseException)) {
                throw e;
            }
            RecordingInputStream repaired = bytes.repairedBehind("{\"" + shape.array() + "\":[");
            // the first parser has stopped in the middle of a row
            RecordParser again = new RecordParser(shape);
            try (JsonParser rest = JsonCopier.JSON.createParser(repaired)) {
                rest.nextToken();
                reading.read(rest, parser -> results.add(again.read(parser, repaired)));
            }
        }
        if (!parses) {
            parseRepeated(results, new RecordParser(shape));
        }
        return page(results, reading.envelope());
    }

    /** Parses the rows of ids that occur more than once, because only parsed rows show which one is newer. */
    private static void parseRepeated(List<RecordParser.Result> results, RecordParser rows) throws IOException {
        Set<UUID> once = new HashSet<>();
        Set<UUID> repeated = new HashSet<>();
        results.stream()
                .map(RecordParser.Result::id)
                .filter(id -> !once.add(id))
                .forEach(repeated::add);
        for (ListIterator<RecordParser.Result> result = results.listIterator(); result.hasNext(); ) {
            UnparsedRecord row = result.next().unparsed();
            if (row != null && repeated.contains(row.id())) {
                result.set(rows.read(row));
            }
        }
    }

    /**
     * Parses unparsed rows of a page.
     *
     * @param rows those to parse; the others remain unparsed
     */
    public static FeedPage parse(FeedPage page, Predicate<UnparsedRecord> rows, RecordSchema shape) throws IOException {
        List<FeedRecord> parsed = new ArrayList<>(page.rows());
        List<UnparsedRecord> unparsed = new ArrayList<>();
        List<InvalidRecord> rejected = new ArrayList<>(page.rejected());
        RecordParser parser = new RecordParser(shape);
        for (UnparsedRecord row : page.unparsed()) {
            if (!rows.test(row)) {
                unparsed.add(row);
                continue;
            }
            RecordParser.Result result = parser.read(row);
            if (result.rejected() == null) {
                parsed.add(result.row());
            } else {
                rejected.add(result.rejected());
            }
        }
        return new FeedPage(parsed, unparsed, rejected, page.duplicates(), page.next(), page.estimatedTotal());
    }

    /** Parses one previously delivered row, as a page of its own. */
    public static FeedPage row(String json, RecordSchema shape) throws IOException {
        UnparsedRecord row = new UnparsedRecord(null, json.getBytes(StandardCharsets.UTF_8), null);
        return page(
                List.of(new RecordParser(shape).read(row)),
                new Envelope(new Continuation(false, null), OptionalLong.empty()));
    }

    private static FeedPage page(List<RecordParser.Result> results, Envelope envelope) {
        Map<UUID, FeedRecord> rows = new LinkedHashMap<>();
        List<UnparsedRecord> unparsed = new ArrayList<>();
        List<InvalidRecord> rejected = new ArrayList<>();
        for (RecordParser.Result result : results) {
            if (result.rejected() != null) {
                rejected.add(result.rejected());
            } else if (result.unparsed() != null) {
                unparsed.add(result.unparsed());
            } else {
                rows.merge(result.row().id(), result.row(), (a, b) -> b.isOlderThan(a) ? a : b);
            }
        }
        int duplicates = results.size() - rows.size() - unparsed.size() - rejected.size();
        return new FeedPage(
                List.copyOf(rows.values()), unparsed, rejected, duplicates, envelope.next(), envelope.total());
    }

    /**
     * Parses a page of {@code GET /api/jobs/expired}. A list of several members, none of which is an id, is rejected.
     */
    static ExpiredIdsPage idPage(JsonParser response) throws IOException {
        List<UUID> ids = new ArrayList<>();
        List<String> unreadable = new ArrayList<>();
        Reading reading = new Reading(EXPIRED, MAX_IDS);
        reading.read(response, parser -> {
            Optional<UUID> id = parser.currentToken() == JsonToken.VALUE_STRING
                    ? RecordParser.uuid(parser.getText())
                    : Optional.empty();
            if (id.isPresent()) {
                ids.add(id.get());
            } else {
                unreadable.add(unreadable.isEmpty() ? RecordParser.describe(parser) : "");
                parser.skipChildren();
            }
        });
        String example = unreadable.isEmpty() ? null : unreadable.get(0);
        if (ids.isEmpty() && unreadable.size() > 1) {
            throw new MalformedResponseException(
                    MalformedResponseException.Defect.SWEEP_UNREADABLE,
                    "None of the " + unreadable.size() + " expired ids is a UUID; the first is " + example + ".");
        }
        return new ExpiredIdsPage(
                ids, unreadable.size(), example, reading.envelope().next());
    }

    /** Parses text that is one JSON object, and returns it as storable text. */
    public static String object(InputStream text) throws IOException {
        return OBJECT.readValue(text, String.class);
    }

    /** Parses a response that is one JSON object, and returns it as storable text. */
    static String object(JsonParser response) throws IOException {
        try {
            JsonCopier text = new JsonCopier();
            String object = text.of(response);
            if (!text.isStorable()) {
                throw new MalformedResponseException(
                        "The response is nested deeper than " + JsonCopier.DEEPEST_STORABLE + " levels.");
            }
            return object;
        } catch (JsonProcessingException | CharConversionException e) {
            throw unreadable(e);
        }
    }

    /** Describes a response that is not JSON, without the part of it that the parser quotes. */
    static MalformedResponseException unreadable(IOException e) {
        String message =
                String.valueOf(e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage());
        return new MalformedResponseException(
                e instanceof StreamConstraintsException
                        // the parser's message names the limit and the method that sets it
                        ? "The response exceeds a limit: " + message.replaceFirst(", from `.*`", "") + "."
                        : "The response is not valid JSON: " + message,
                e);
    }

    private interface ItemReader {
        void read(JsonParser parser) throws IOException;
    }

    private record Envelope(Continuation next, OptionalLong total) {}

    /** The state of parsing one response, which a second parser may continue. */
    private static final class Reading {

        private final String array;
        private final int maxItems;
        private int items;
        private boolean hasArray;
        private boolean isWithinItem;
        private Boolean hasMore;
        private String cursor;
        private String badCursor = "missing";
        private OptionalLong total = OptionalLong.empty();

        Reading(String array, int maxItems) {
            this.array = array;
            this.maxItems = maxItems;
        }

        void read(JsonParser parser, ItemReader reader) throws IOException {
            try {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    member(parser, reader);
                }
                if (parser.nextToken() != null) {
                    throw new MalformedResponseException("The response continues after its JSON object.");
                }
            } catch (JsonProcessingException | CharConversionException e) {
                throw unreadable(e);
            }
        }

        private void member(JsonParser parser, ItemReader reader) throws IOException {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals(array) && value == JsonToken.START_ARRAY) {
                hasArray = true;
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (items == maxItems) {
                        throw new MalformedResponseException("The response has more than " + maxItems + " " + array
                                + ", twice what the API documents for a page.");
                    }
                    isWithinItem = true;
                    reader.read(parser);
                    isWithinItem = false;
                    items++;
                }
            } else if (name.equals("has_more") && value.isBoolean()) {
                hasMore = parser.getBooleanValue();
            } else if (name.equals("next_cursor")) {
                cursor = value == JsonToken.VALUE_STRING && !parser.getText().isBlank() ? parser.getText() : null;
                badCursor = RecordParser.describe(parser);
                parser.skipChildren();
            } else if (name.equals("estimated_total") && value == JsonToken.VALUE_NUMBER_INT) {
                total = total(parser);
            } else {
                parser.skipChildren();
            }
        }

        /** Ignores an estimate that is negative or exceeds a long. */
        private static OptionalLong total(JsonParser number) throws IOException {
            boolean isUsable = number.getTextLength() <= 18 && number.getLongValue() >= 0;
            return isUsable ? OptionalLong.of(number.getLongValue()) : OptionalLong.empty();
        }

        Envelope envelope() throws MalformedResponseException {
            if (!hasArray || hasMore == null) {
                throw new MalformedResponseException(
                        "The response lacks " + (hasArray ? "a boolean has_more" : "the array " + array) + ".");
            }
            if (cursor != null && cursor.length() > MAX_CURSOR) {
                throw new MalformedResponseException(
                        "The cursor of the response is longer than " + MAX_CURSOR + " characters.");
            }
            if (cursor != null && cursor.indexOf('\uFFFD') >= 0) {
                throw new MalformedResponseException("The cursor of the response has bytes that are not UTF-8.");
            }
            if (hasMore && cursor == null) {
                throw new MalformedResponseException(
                        array.equals(EXPIRED)
                                ? MalformedResponseException.Defect.SWEEP_TRUNCATED
                                : MalformedResponseException.Defect.FEED_TRUNCATED,
                        "The response is truncated: has_more is true, and next_cursor is " + badCursor + ".");
            }
            return new Envelope(new Continuation(hasMore, cursor), total);
        }
    }
}
