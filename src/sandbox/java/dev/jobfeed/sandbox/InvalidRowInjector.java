package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.jobfeed.sandbox.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * Rows that something is wrong with, spread over a page whose own rows all stay.
 *
 * <p>A bad row is like the page's first one, under a title and an id of its own that no other row
 * has: {@code fa017000-0000-4000-8000-} and its number in twelve digits.
 */
final class InvalidRowInjector {

    private static final int HUGE_BYTES = 5_000_000;

    /** A character of private use, which nothing else here contains. */
    private static final String BAD_BYTE = "\ue0e9";

    private InvalidRowInjector() {}

    static void addTo(ObjectNode page, PageFields names, Fault fault, int count, LongSupplier numbers) {
        ArrayNode rows = (ArrayNode) page.get(names.rows());
        JsonNode first = rows.get(0);
        int good = rows.size();
        for (int i = 0; i < count; i++) {
            // each of them after its share of the good rows, so that a single one is in the middle
            int at = i + (int) ((i + 1L) * good / (count + 1L));
            long number = numbers.getAsLong();
            rows.insert(
                    at,
                    names.title() == null ? badId(fault, number) : broken(like(first, names), names, fault, number));
        }
    }

    /** Makes a row of a page whose rows are bare ids. */
    private static JsonNode badId(Fault fault, long number) {
        return fault == Fault.ROW_NO_ID ? NullNode.getInstance() : TextNode.valueOf(notAnId(number));
    }

    private static ObjectNode like(JsonNode first, PageFields names) {
        if (first instanceof ObjectNode row) {
            return row.deepCopy();
        }
        ObjectNode row = Json.MAPPER.createObjectNode();
        row.putNull("id").put(names.title(), "").put(names.description(), "A row of a fault script.");
        row.put("listing_url", "https://careers.fault.example/jobs");
        if (names.equals(PageFields.of(Endpoint.JOBS_FEED))) {
            row.put("source", "greenhouse");
            row.put("created_at", "2026-11-01T00:00:00.000001Z").put("updated_at", "2026-11-01T00:00:00.000001Z");
        }
        return row;
    }

    private static ObjectNode broken(ObjectNode row, PageFields names, Fault fault, long number) {
        row.put("id", String.format(Locale.ROOT, "fa017000-0000-4000-8000-%012d", number));
        row.put(names.title(), "Fault " + fault.script() + " " + number);
        switch (fault) {
            case ROW_NO_ID -> row.remove("id");
            case ROW_BAD_ID -> row.put("id", notAnId(number));
            case ROW_BAD_TITLE -> row.putObject(names.title()).put("text", "Fault " + number);
            case ROW_BAD_CREATED_AT -> row.put("created_at", "yesterday");
            case ROW_BAD_TEXT -> {
                row.putRawValue(names.title(), badText("Fault " + fault.script() + " " + number));
                row.putRawValue(names.description(), badText("What follows is bad."));
            }
            case ROW_HUGE -> row.put(names.description(), "0123456789".repeat(HUGE_BYTES / 10));
            case ROW_UNKNOWN_FIELD ->
                row.putObject("unheard_of").putArray("list").add(1).addNull();
            case ROW_NAN ->
                row.putRawValue(
                        "compensation",
                        new RawValue("{\"min\":NaN,\"max\":-Infinity,\"currency\":\"EUR\",\"period\":\"yearly\"}"));
            case ROW_CONTROL ->
                row.putRawValue(
                        names.title(), new RawValue("\"Fault " + fault.script() + " " + number + "\n\tof two lines\""));
            case ROW_BAD_BYTES -> row.put(names.title(), "Fault " + fault.script() + " " + number + " caf" + BAD_BYTE);
            default -> throw new IllegalArgumentException(fault + " is no fault of a row");
        }
        return row;
    }

    /** Puts a byte of ISO 8859-1 where {@link #BAD_BYTE} is. */
    static byte[] withBadBytes(byte[] json) {
        // in ISO 8859-1 every byte is one character
        String bytes = new String(json, StandardCharsets.ISO_8859_1);
        String placeholder = new String(BAD_BYTE.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return bytes.replace(placeholder, "\u00e9").getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String notAnId(long number) {
        return "not-a-uuid-" + number;
    }

    /** Writes escapes: JSON can say what UTF-8 cannot. */
    private static RawValue badText(String text) {
        return new RawValue("\"" + text + " \\u0000 \\ud83d end\"");
    }
}
