package dev.jobfeed.jobby;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.feed.FeedResponseParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/**
 * An event as Jobby.dev lists it.
 *
 * @param id slug under which its queue is joined
 * @param title nullable
 * @param json the whole event as storable text
 * @param contentHash SHA-256 of {@code json}
 */
record LiveEvent(String id, String title, String json, byte[] contentHash) {

    /** Parses a row of the list; empty if it has no usable id. */
    static Optional<LiveEvent> of(JsonNode row) {
        if (!row.isObject()) {
            return Optional.empty();
        }
        try {
            String json = FeedResponseParser.object(new ByteArrayInputStream(JSON.writeValueAsBytes(row)));
            JsonNode event = JSON.readTree(json);
            // the documentation calls it a slug and shows no row
            return JobbyId.of(event.path("id").asText(""))
                    .or(() -> JobbyId.of(event.path("slug").asText("")))
                    .map(id -> new LiveEvent(id, text(event.path("title")), json, hash(json)));
        } catch (IOException e) {
            // nested too deeply for a database: the only possible failure when reading from an array
            return Optional.empty();
        }
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : null;
    }

    private static byte[] hash(String json) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
