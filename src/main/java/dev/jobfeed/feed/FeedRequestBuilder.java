package dev.jobfeed.feed;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Builds a feed's requests from the filters of {@code jobo.<stream>.filter.*} and the window parameter. */
public final class FeedRequestBuilder {

    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);

    private final ObjectNode filters;
    private final String watermarkParameter;
    private final int batchSize;

    private FeedRequestBuilder(ObjectNode filters, String watermarkParameter, int batchSize) {
        this.filters = filters;
        this.watermarkParameter = watermarkParameter;
        this.batchSize = batchSize;
    }

    /**
     * Creates a builder from the filters in the properties; a filter that cannot be sent is a
     * {@link ConfigurationException}.
     */
    public static FeedRequestBuilder of(FeedDefinition source, JobfeedProperties settings) {
        String prefix = "jobo." + source.property() + ".filter.";
        Stream.of(source.jsonFilters(), source.listFilters(), source.numberFilters(), source.flagFilters())
                .flatMap(Collection::stream)
                .forEach(name -> rejectOtherForms(prefix, name, settings));
        ObjectNode filters = JSON.createObjectNode();
        for (String name : source.jsonFilters()) {
            settings.text(prefix + name).ifPresent(value -> filters.set(name, array(prefix + name, value)));
        }
        for (String name : source.listFilters()) {
            settings.text(prefix + name).ifPresent(value -> {
                ArrayNode list = filters.putArray(name);
                Arrays.stream(value.split(","))
                        .map(String::strip)
                        .filter(v -> !v.isEmpty())
                        .sorted()
                        .forEach(list::add);
            });
        }
        for (String name : source.numberFilters()) {
            if (settings.text(prefix + name).isPresent()) {
                filters.put(name, settings.number(prefix + name, 0, Integer.MAX_VALUE));
            }
        }
        for (String name : source.flagFilters()) {
            if (settings.text(prefix + name).isPresent()) {
                filters.put(name, settings.flag(prefix + name));
            }
        }
        return new FeedRequestBuilder(filters, source.watermarkParameter(settings), source.batchSize(settings));
    }

    /** Returns whether requests have a filter. */
    public boolean hasFilters() {
        return !filters.isEmpty();
    }

    /**
     * Rejects other spellings of a filter: a YAML list, or a name with hyphens, is a different property. Without this
     * check the filter would be ignored, and the whole feed would be bought. Where the filter itself is set, a name
     * with hyphens may be Spring's spelling of it.
     */
    private static void rejectOtherForms(String prefix, String name, JobfeedProperties settings) {
        if (settings.text(prefix + name).isPresent()) {
            return;
        }
        for (String spelling : new String[] {name, name.replace('_', '-')}) {
            for (String suffix : new String[] {"", "[0]", "[0].country", "[0].region", "[0].city"}) {
                String other = prefix + spelling + suffix;
                if (settings.text(other).isPresent()) {
                    throw new ConfigurationException(other + " is set, but is not a filter. Set " + prefix + name
                            + ", as one text: a list with commas, locations as the API's JSON.");
                }
            }
        }
    }

    /**
     * Parses an array and sorts its entries and their keys, so that the order in the configuration does not change the
     * fingerprint.
     */
    private static ArrayNode array(String property, String value) {
        try {
            JsonNode array = JSON.valueToTree(JSON.readValue(value, Object.class));
            if (array.isArray() && !array.isEmpty()) {
                ArrayNode sorted = JSON.createArrayNode();
                StreamSupport.stream(array.spliterator(), false)
                        .sorted(Comparator.comparing(JsonNode::toString))
                        .forEach(sorted::add);
                return sorted;
            }
        } catch (JsonProcessingException e) {
            throw unusable(property, value, e);
        }
        throw unusable(property, value, null);
    }

    private static ConfigurationException unusable(String property, String value, Exception cause) {
        return new ConfigurationException(
                property + " is '" + value + "'; it takes the API's JSON, such as [{\"country\":\"Germany\"}].", cause);
    }

    /**
     * Returns the configured values that the API does not document. The API answers them with an empty result instead
     * of an error.
     */
    public static List<String> unknownValues(FeedDefinition source, JobfeedProperties settings) {
        ObjectNode filters = of(source, settings).filters;
        List<String> unknown = new ArrayList<>();
        source.knownValues().forEach((name, known) -> filters.path(name).forEach(value -> {
            if (!known.contains(value.asText())) {
                unknown.add("jobo." + source.property() + ".filter." + name + "=" + value.asText());
            }
        }));
        unknown.sort(null);
        return unknown;
    }

    /**
     * Returns a fingerprint of the request: the window parameter, a colon, and a hash of the filters. The stored rows
     * depend on both, so a different fingerprint requires a resync.
     */
    public String fingerprint() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            byte[] hash = sha256.digest(filters.toString().getBytes(StandardCharsets.UTF_8));
            return watermarkParameter + ":" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** Returns whether two fingerprints differ at most in the window parameter. */
    public static boolean areSameFilters(String fingerprint, String other) {
        return fingerprint.substring(fingerprint.indexOf(':')).equals(other.substring(other.indexOf(':')));
    }

    /** Returns a builder with the same filters and another page size. */
    public FeedRequestBuilder withBatchSize(int other) {
        return new FeedRequestBuilder(filters, watermarkParameter, other);
    }

    /**
     * Returns the body of one request. Filters, batch size and window are sent with every page, because the API has
     * been observed to use its own batch size when only the cursor is sent.
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
