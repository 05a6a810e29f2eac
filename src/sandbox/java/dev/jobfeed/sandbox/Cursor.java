package dev.jobfeed.sandbox;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.Fields;
import dev.jobfeed.sandbox.http.Json;
import java.io.IOException;
import java.util.Base64;
import java.util.UUID;

/**
 * Where a scan stands: the order value and id of the last row it delivered, and what it scans.
 *
 * <p>A key and not an offset: rows that come and go before it move nothing after it. The scan's own fields
 * travel with it, since a cursor alone continues a scan.
 *
 * @param number makes a cursor for the same place look like another; nullable
 */
record Cursor(
        @JsonProperty("k") String kind,
        @JsonProperty("s") ObjectNode scan,
        @JsonProperty("o") long order,
        @JsonProperty("i") UUID id,

        @JsonInclude(JsonInclude.Include.NON_NULL) @JsonProperty("n")
        Long number) {

    Page.Position position() {
        return new Page.Position(order, id);
    }

    String encode() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(this));
    }

    /** Makes a cursor for the same place that looks like another. */
    static String again(String cursor, Long number) {
        Cursor known = decode(cursor);
        return known == null ? cursor : new Cursor(known.kind, known.scan, known.order, known.id, number).encode();
    }

    /** Returns the cursor that {@link #again} has made another of. */
    static String original(String cursor) {
        return again(cursor, null);
    }

    /** Reads a cursor; null when it is none of ours, which the API refuses. */
    private static Cursor decode(String text) {
        try {
            return Json.MAPPER.readValue(Base64.getUrlDecoder().decode(text), Cursor.class);
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns the cursor of a request, or null when it starts a scan. */
    static Cursor in(Fields fields, String kind) throws ApiError {
        String text = fields.text("cursor");
        if (text == null) {
            return null;
        }
        Cursor cursor = decode(text);
        if (cursor == null || !kind.equals(cursor.kind) || cursor.scan == null || cursor.id == null) {
            throw ApiError.invalidCursor();
        }
        return cursor;
    }
}
