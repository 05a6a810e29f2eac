package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Where a scan stands: the position of the last row it delivered, and what it scans.
 *
 * <p>A key and not an offset: rows that come and go before it move nothing after it. The scan's own fields
 * travel with it, since a cursor alone continues a scan.
 */
record Cursor(String kind, Fields scan, Page.Position position) {

    String encode() {
        ObjectNode json = Json.MAPPER.createObjectNode();
        json.put("k", kind);
        json.set("s", scan.values());
        json.put("o", position.order());
        json.put("i", position.id().toString());
        return text(json);
    }

    /** A cursor for the same place that looks like another. */
    static String again(String cursor, long number) {
        return changed(cursor, json -> json.put("n", number));
    }

    /** The cursor that {@link #again} has made another of. */
    static String original(String cursor) {
        return changed(cursor, json -> json.remove("n"));
    }

    private static String changed(String cursor, Consumer<ObjectNode> change) {
        try {
            ObjectNode json =
                    (ObjectNode) Json.MAPPER.readTree(Base64.getUrlDecoder().decode(cursor));
            change.accept(json);
            return text(json);
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            // no cursor of ours, which the API refuses
            return cursor;
        }
    }

    private static String text(ObjectNode json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The cursor of a request, or null when it starts a scan. */
    static Cursor in(Fields fields, String kind) throws ApiError {
        String text = fields.text("cursor");
        if (text == null) {
            return null;
        }
        try {
            JsonNode json = Json.MAPPER.readTree(Base64.getUrlDecoder().decode(text));
            if (json.path("k").asText().equals(kind)
                    && json.path("s") instanceof ObjectNode scan
                    && json.path("o").isIntegralNumber()) {
                UUID id = UUID.fromString(json.path("i").asText());
                return new Cursor(
                        kind, new Fields(scan), new Page.Position(json.path("o").longValue(), id));
            }
        } catch (IOException | IllegalArgumentException e) {
            throw ApiError.invalidCursor();
        }
        throw ApiError.invalidCursor();
    }
}
