package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.ConfigurationException;
import dev.jobfeed.Settings;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What the jobs feed is asked for: the filters of {@code jobo.jobs.filter.*} and the parameter of the window. */
public final class JobFilters {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PREFIX = "jobo.jobs.filter.";
    private static final List<String> LISTS =
            List.of("sources", "work_models", "employment_types", "experience_levels");

    private final ObjectNode filters;
    private final String watermarkParameter;
    private final int batchSize;

    private JobFilters(ObjectNode filters, String watermarkParameter, int batchSize) {
        this.filters = filters;
        this.watermarkParameter = watermarkParameter;
        this.batchSize = batchSize;
    }

    /** Reads the filters; one that cannot be sent is a {@link ConfigurationException}. */
    public static JobFilters of(Settings settings) {
        ObjectNode filters = JSON.createObjectNode();
        settings.text(PREFIX + "locations").ifPresent(value -> filters.set("locations", locations(value)));
        for (String name : LISTS) {
            settings.text(PREFIX + name).ifPresent(value -> {
                ArrayNode list = filters.putArray(name);
                Arrays.stream(value.split(",")).map(String::strip).filter(v -> !v.isEmpty()).sorted().forEach(list::add);
            });
        }
        return new JobFilters(filters, settings.jobsWatermarkParameter(), settings.jobsBatchSize());
    }

    private static JsonNode locations(String value) {
        try {
            JsonNode locations = JSON.readTree(value);
            if (locations.isArray() && !locations.isEmpty()) {
                return locations;
            }
        } catch (JsonProcessingException e) {
            throw unusableLocations(value, e);
        }
        throw unusableLocations(value, null);
    }

    private static ConfigurationException unusableLocations(String value, Exception cause) {
        return new ConfigurationException(
                PREFIX + "locations is '" + value + "'; it takes the API's JSON, such as [{\"country\":\"Germany\"}].",
                cause);
    }

    /** What a store depends on: filters and window parameter, as a hash; another value makes a resync necessary. */
    public String fingerprint() {
        ObjectNode all = filters.deepCopy().put("watermark_parameter", watermarkParameter);
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(all.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /**
     * The body of one request. Filters, batch size and window go along on every page, because the API has been seen
     * to fall back to its own batch size beside a lone cursor.
     *
     * @param windowFrom null for the whole feed
     * @param cursor null for the first page
     */
    public String request(OffsetDateTime windowFrom, String cursor) {
        ObjectNode body = filters.deepCopy();
        body.put("batch_size", batchSize);
        if (windowFrom != null) {
            body.put(watermarkParameter, DateTimeFormatter.ISO_INSTANT.format(windowFrom));
        }
        if (cursor != null) {
            body.put("cursor", cursor);
        }
        return body.toString();
    }
}
