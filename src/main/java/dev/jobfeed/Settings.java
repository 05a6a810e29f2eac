package dev.jobfeed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.camel.util.TimeUtils;

/**
 * The bundle's properties, read through whatever a runtime looks properties up with.
 *
 * <p>Names, defaults and descriptions stand in {@code dev/jobfeed/defaults.properties} and nowhere else. A value that
 * cannot be used is a {@link ConfigurationException} that names the property, the value and what would fit.
 */
public final class Settings {

    private static final Properties DEFAULTS = readDefaults();

    private final Function<String, Optional<String>> lookup;

    private Settings(Function<String, Optional<String>> lookup) {
        this.lookup = lookup;
    }

    /** Settings over a lookup that knows only what was set; defaults are added here. */
    public static Settings over(Function<String, Optional<String>> lookup) {
        return new Settings(name -> lookup.apply(name).or(() -> Optional.ofNullable(DEFAULTS.getProperty(name))));
    }

    /** Every property there is, with its default; a fresh copy. */
    public static Map<String, String> defaults() {
        Map<String, String> all = new TreeMap<>();
        DEFAULTS.stringPropertyNames().forEach(name -> all.put(name, DEFAULTS.getProperty(name)));
        return all;
    }

    /** The environment variable that overrides a property: capitals, with {@code _} for {@code .} and {@code -}. */
    public static String environmentVariable(String property) {
        return property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** The value of a property, blank counting as not set. */
    public Optional<String> text(String property) {
        return lookup.apply(property).map(String::strip).filter(value -> !value.isEmpty());
    }

    /**
     * The API's address, without a trailing slash, scheme and host in lower case, so that one server is one value.
     */
    public String baseUrl() {
        return required("jobo.base-url", "an address such as https://connect.jobo.world", value -> {
            URI uri = URI.create(value);
            String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")
                    || uri.getHost() == null
                    || uri.getRawQuery() != null
                    || uri.getRawUserInfo() != null) {
                throw new IllegalArgumentException();
            }
            boolean defaultPort = uri.getPort() == -1 || uri.getPort() == (scheme.equals("http") ? 80 : 443);
            String path = uri.getRawPath().replaceAll("/+$", "");
            return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + (defaultPort ? "" : ":" + uri.getPort())
                    + path;
        });
    }

    /** The API key. Never print it. */
    public String apiKey() {
        return text("jobo.api-key")
                .orElseThrow(() -> new ConfigurationException(
                        "jobo.api-key is not set. Set the environment variable JOBO_API_KEY, or the property in"
                                + " conf/application.properties."));
    }

    /** What the key's prefix says of its environment: {@code live}, {@code test}, or {@code unknown}. */
    public String apiKeyEnvironment() {
        String key = apiKey();
        if (key.startsWith("jbe_live_")) {
            return "live";
        }
        return key.startsWith("jbe_test_") ? "test" : "unknown";
    }

    /** Jobs in one page of the feed. */
    public int jobsBatchSize() {
        return number("jobo.jobs.batch-size", 1, 1000);
    }

    /** The request field that carries the window of an incremental run. */
    public String jobsWatermarkParameter() {
        return required("jobo.jobs.watermark-parameter", "posted_after or updated_after", value -> {
            if (!value.equals("posted_after") && !value.equals("updated_after")) {
                throw new IllegalArgumentException();
            }
            return value;
        });
    }

    /** Ids in one page of the sweep. */
    public int expiredBatchSize() {
        return number("jobo.expired.batch-size", 1, 10_000);
    }

    /** What is subtracted from a watermark in a request. */
    public Duration overlap() {
        return duration("jobo.overlap");
    }

    /** How long an attempt's lease outlives its holder. */
    public Duration lease() {
        return duration("jobfeed.lease");
    }

    /** The schema of the tables; empty for the connection's own. */
    public Optional<String> schema() {
        return text("jobfeed.datasource.schema");
    }

    /** Whether the schema is brought up to date at start. */
    public boolean migrate() {
        return flag("jobfeed.datasource.migrate");
    }

    /** A flow's own switch. */
    public boolean flag(String property) {
        return required(property, "true or false", value -> switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    private int number(String property, int least, int most) {
        return required(property, "a whole number from " + least + " to " + most, value -> {
            int number = Integer.parseInt(value);
            if (number < least || number > most) {
                throw new IllegalArgumentException();
            }
            return number;
        });
    }

    /** A duration. */
    public Duration duration(String property) {
        return required(property, "a duration such as 90s, 15m or 1h", value -> {
            long millis = TimeUtils.toMilliSeconds(value);
            if (millis < 0) {
                throw new IllegalArgumentException();
            }
            return Duration.ofMillis(millis);
        });
    }

    private <T> T required(String property, String expected, Function<String, T> parse) {
        String value =
                text(property).orElseThrow(() -> new ConfigurationException(property + " is empty; it takes " + expected + "."));
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new ConfigurationException(property + " is '" + value + "'; it takes " + expected + ".", e);
        }
    }

    private static Properties readDefaults() {
        Properties defaults = new Properties();
        try (InputStream in = Settings.class.getResourceAsStream("defaults.properties")) {
            defaults.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return defaults;
    }
}
