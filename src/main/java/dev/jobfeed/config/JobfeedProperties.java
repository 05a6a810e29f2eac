package dev.jobfeed.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.camel.util.TimeUtils;
import org.quartz.CronExpression;

/**
 * Reads the bundle's properties through the runtime's property lookup.
 *
 * <p>Names, defaults and descriptions are defined in {@code dev/jobfeed/config/defaults.properties} only. A value that
 * cannot be used is a {@link ConfigurationException} that names the property, the value and what is expected.
 */
public final class JobfeedProperties {

    private static final Properties DEFAULTS = readDefaults();

    /** Matches the durations that Camel parses. Camel reads most other text, such as 15M or PT15M, as zero. */
    private static final Pattern DURATION =
            Pattern.compile("\\d{1,9}|(\\d{1,9}d)?(\\d{1,9}h)?(\\d{1,9}m)?(\\d{1,9}s)?(\\d{1,9}ms)?");

    private static final Pattern DATASOURCE_URL =
            Pattern.compile("jdbc:h2:.+|jdbc:postgresql:(?!//[^/?]*@).+", Pattern.DOTALL);

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d+){3}|\\[::1]");

    /** Matches host names that {@link URI} does not accept as a host. */
    private static final Pattern HOST_WITH_UNDERSCORE =
            Pattern.compile("https?://([^/?#]*@)?[^/?#@:]*_[^/?#@]*([/?#].*)?");

    /** Jobby.dev REST API, "End-to-end worked example": every ~5 seconds, not faster. */
    private static final Duration POLL_FLOOR = Duration.ofSeconds(5);

    /** Maps each secret to the property with the path of its file. */
    private static final Map<String, String> SECRETS = new TreeMap<>(Map.of(
            "jobo.api-key", "jobo.api-key-file",
            "jobo.http.trust-store-password", "jobo.http.trust-store-password-file",
            "jobfeed.datasource.password", "jobfeed.datasource.password-file",
            "jobfeed.http.token", "jobfeed.http.token-file",
            "jobby.token", "jobby.token-file",
            "jobby.webhook-secret", "jobby.webhook-secret-file"));

    private final Function<String, Optional<String>> lookup;
    private final String prefix;

    private JobfeedProperties(Function<String, Optional<String>> lookup, String prefix) {
        this.lookup = lookup;
        this.prefix = prefix;
    }

    /** Creates properties over a lookup that knows only the values that are set, and adds the defaults. */
    public static JobfeedProperties over(Function<String, Optional<String>> lookup) {
        return new JobfeedProperties(
                name -> lookup.apply(name).or(() -> Optional.ofNullable(DEFAULTS.getProperty(name))), "");
    }

    /**
     * Returns the properties of a tenant. A property prefixed with the tenant's name and a dot takes precedence over
     * the plain one.
     */
    public JobfeedProperties of(String tenant) {
        return tenant.isEmpty() ? this : new JobfeedProperties(lookup, tenant + ".");
    }

    /** Returns these properties with some values replaced. */
    public JobfeedProperties with(Map<String, String> others) {
        Function<String, Optional<String>> original = lookup;
        Map<String, String> named = new HashMap<>();
        others.forEach((property, value) -> named.put(prefix + property, value));
        return new JobfeedProperties(
                name -> Optional.ofNullable(named.get(name)).or(() -> original.apply(name)), prefix);
    }

    /** Returns whether a property is set for this tenant specifically. */
    public boolean isOwn(String property) {
        return lookup.apply(prefix + property).filter(value -> !value.isBlank()).isPresent();
    }

    /** Returns whether a secret is set for this tenant specifically, directly or through its file. */
    public boolean isOwnSecret(String property) {
        return isOwn(property) || isOwn(SECRETS.get(property));
    }

    /** Returns the name that a property was found under, or should be set under. */
    private String name(String property) {
        return lookup.apply(prefix + property).isPresent()
                        || lookup.apply(property).isEmpty()
                ? prefix + property
                : property;
    }

    /** Returns a new map of every property and its default. */
    public static Map<String, String> defaults() {
        Map<String, String> all = new TreeMap<>();
        DEFAULTS.stringPropertyNames().forEach(name -> all.put(name, DEFAULTS.getProperty(name)));
        return all;
    }

    /**
     * Returns the environment variable that overrides a property: upper case, with {@code _} for {@code .} and
     * {@code -}.
     */
    public static String environmentVariable(String property) {
        return property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** Returns the names of the secrets. Each of them may be read from a file. */
    public static Set<String> secrets() {
        return SECRETS.keySet();
    }

    /**
     * Returns the value of a property; empty when it is blank or not set. A secret that is not set directly is read
     * from its file on each call, so that it can be rotated there.
     *
     * @throws ConfigurationException when that file cannot be read
     */
    public Optional<String> text(String property) {
        return SECRETS.containsKey(property)
                ? secret(prefix, property).or(() -> prefix.isEmpty() ? Optional.empty() : secret("", property))
                : usable(
                        () -> name(property),
                        filled(lookup.apply(prefix + property).or(() -> lookup.apply(property))));
    }

    /**
     * Rejects a value in quotes, as Docker keeps them from an env file, and a value with characters that Java could not
     * decode.
     */
    private static Optional<String> usable(Supplier<String> named, Optional<String> value) {
        value.ifPresent(text -> {
            char first = text.charAt(0);
            if (text.length() > 1 && (first == '"' || first == '\'') && text.charAt(text.length() - 1) == first) {
                String name = named.get();
                throw new ConfigurationException(name + " is in quotes. Write the value without them"
                        + (SECRETS.containsKey(name.replaceFirst("^[a-z][a-z0-9-]*[.](?=jobo|jobby|jobfeed)", ""))
                                ? "; a secret that has them itself can be kept in a file, see " + name + "-file."
                                : "."));
            }
            if (text.indexOf('\uFFFD') >= 0) {
                throw new ConfigurationException(
                        named.get() + " has characters that are not UTF-8, or that this Java cannot"
                                + " read (it reads the environment as " + System.getProperty("sun.jnu.encoding")
                                + "). Start it with LC_ALL=C.UTF-8, or set the property in a file in UTF-8.");
            }
        });
        return value;
    }

    private Optional<String> secret(String owner, String property) {
        String file = owner + SECRETS.get(property);
        return usable(() -> owner + property, filled(lookup.apply(owner + property)))
                .or(() -> filled(lookup.apply(file)).map(path -> read(file, path)));
    }

    private static String read(String property, String path) {
        try {
            return TextFile.read(Path.of(path)).strip();
        } catch (IOException | InvalidPathException e) {
            throw new ConfigurationException(
                    property + " is '" + path + "', which cannot be read ("
                            + e.getClass().getSimpleName() + ").",
                    e);
        }
    }

    /** Returns the file that a secret is read from; empty when the secret is set directly or not at all. */
    public Optional<Path> secretFile(String property) {
        for (String owner : prefix.isEmpty() ? List.of("") : List.of(prefix, "")) {
            if (filled(lookup.apply(owner + property)).isPresent()) {
                return Optional.empty();
            }
            Optional<String> file = filled(lookup.apply(owner + SECRETS.get(property)));
            if (file.isPresent()) {
                return file.map(Path::of);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> filled(Optional<String> value) {
        return value.map(String::strip).filter(text -> !text.isEmpty());
    }

    /** Returns the HTTP proxy used for both APIs. */
    public Optional<URI> proxy() {
        return text("jobo.http.proxy").isEmpty()
                ? Optional.empty()
                : Optional.of(required("jobo.http.proxy", "an address such as http://proxy.example.com:3128", value -> {
                    URI uri = URI.create(value);
                    if (!Set.of("http", "https").contains(uri.getScheme())
                            || uri.getHost() == null
                            || uri.getPort() == -1
                            || uri.getRawUserInfo() != null) {
                        throw new IllegalArgumentException();
                    }
                    return uri;
                }));
    }

    /** Returns the trust store that replaces Java's own for both APIs. */
    public Optional<Path> trustStore() {
        return text("jobo.http.trust-store").map(Path::of);
    }

    /**
     * Returns the API's base URL without a trailing slash, with scheme and host in lower case, so that each server has
     * one spelling.
     */
    public String baseUrl() {
        return server("jobo.base-url", "https://connect.jobo.world");
    }

    private String server(String property, String example) {
        return required(property, "an address such as " + example, value -> {
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

    /**
     * Returns the API key. Must not be printed.
     *
     * @throws ConfigurationException when there is none, or when it has characters that would break the header it is
     *     sent in
     */
    public String apiKey() {
        String key = text("jobo.api-key")
                .orElseThrow(() -> new ConfigurationException(prefix
                        + "jobo.api-key is not set. Set the environment variable "
                        + environmentVariable(prefix + "jobo.api-key") + ", or "
                        + environmentVariable(prefix + "jobo.api-key-file") + " to the path of a file that holds it, or"
                        + " the property in conf/application.properties."));
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) <= ' ' || key.charAt(i) > '~') {
                throw new ConfigurationException(
                        name("jobo.api-key") + " has " + key.length() + " characters, and number " + (i + 1)
                                + " is none that a key has: a line break, a space, or not ASCII. Copy the key again.");
            }
        }
        return key;
    }

    /** Returns the environment that the key's prefix names: {@code live}, {@code test}, or {@code unknown}. */
    public String apiKeyEnvironment() {
        String key = apiKey();
        if (key.startsWith("jbe_live_")) {
            return "live";
        }
        return key.startsWith("jbe_test_") ? "test" : "unknown";
    }

    /** Returns the base URL of the Jobby.dev API, normalized as in {@link #baseUrl()}. */
    public String jobbyBaseUrl() {
        return server("jobby.base-url", "https://jobby.dev/api/v1");
    }

    /**
     * Returns the token for Jobby.dev. Must not be printed.
     *
     * @throws ConfigurationException when there is none, or when it has characters that would break the header it is
     *     sent in
     */
    public String jobbyToken() {
        String token = text("jobby.token")
                .orElseThrow(() -> new ConfigurationException(
                        "jobby.token is not set. Mint one at jobby.dev/account/api-tokens, and set the environment"
                                + " variable JOBBY_TOKEN."));
        if (!token.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new ConfigurationException("jobby.token has " + token.length()
                    + " characters, and not all of them are those of a token. Copy it again.");
        }
        return token;
    }

    /**
     * Returns the interval between two requests for the queue's status: at least 5 s, because the API asks for that,
     * except against a stand-in on the loopback interface.
     */
    public Duration jobbyPollInterval() {
        Duration interval = duration("jobby.poll-interval");
        boolean local = LOOPBACK.matcher(URI.create(jobbyBaseUrl()).getHost()).matches();
        if (interval.compareTo(local ? Duration.ofMillis(1) : POLL_FLOOR) < 0) {
            throw new ConfigurationException(
                    "jobby.poll-interval is '" + text("jobby.poll-interval").orElse("")
                            + "'; it takes 5s or more, because Jobby.dev asks not to be polled faster.");
        }
        return interval;
    }

    /** Returns the maximum size of a webhook, in bytes. */
    public int webhookMaxBytes() {
        return number("jobby.webhooks.max-bytes", 1, 1 << 24);
    }

    /** Returns the request field that carries an incremental run's window. */
    public String jobsWatermarkParameter() {
        return required("jobo.jobs.watermark-parameter", "posted_after or updated_after", value -> {
            if (!value.equals("posted_after") && !value.equals("updated_after")) {
                throw new IllegalArgumentException();
            }
            return value;
        });
    }

    /** Returns the number of ids in one page of the expiry sweep. */
    public int expiredBatchSize() {
        return number("jobo.expired.batch-size", 1, 10_000);
    }

    /** Returns the overlap that a request subtracts from the watermark. */
    public Duration overlap() {
        return duration("jobo.overlap");
    }

    /** Returns how long completed runs and closed quarantine entries are retained. */
    public Duration keepRunsFor() {
        return duration("jobfeed.runs.keep-for");
    }

    /** Returns the factor applied to every wait before a retry. */
    public double timeScale() {
        return required("jobo.retry.time-scale", "a number from 0 up", value -> {
            double scale = Double.parseDouble(value);
            if (!(scale >= 0 && scale <= 1000)) {
                throw new IllegalArgumentException();
            }
            return scale;
        });
    }

    /** Returns an amount of credits; empty when the property is. */
    public Optional<BigDecimal> credits(String property) {
        return text(property).isEmpty()
                ? Optional.empty()
                : Optional.of(required(property, "an amount of credits such as 5000, or nothing", value -> {
                    BigDecimal credits = new BigDecimal(value);
                    if (credits.signum() < 0) {
                        throw new IllegalArgumentException();
                    }
                    return credits;
                }));
    }

    /** Returns how long an attempt's lease stays valid without renewal. */
    public Duration lease() {
        Duration lease = duration("jobfeed.lease");
        if (lease.compareTo(Duration.ofSeconds(1)) < 0 || lease.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new ConfigurationException(
                    "jobfeed.lease is '" + text("jobfeed.lease").orElse("")
                            + "'; it takes a duration from 1s to 60s, and without a unit it is milliseconds.");
        }
        return lease;
    }

    /** Returns the JDBC URL of the database. Must not be printed; see {@link #datasource()}. */
    public String datasourceUrl() {
        return required("jobfeed.datasource.url", "an address such as jdbc:postgresql://db.example.com/jobs", value -> {
            // the driver's messages would contain a user name written before the host
            if (!DATASOURCE_URL.matcher(value).matches()) {
                throw new IllegalArgumentException();
            }
            return value;
        });
    }

    /** Returns the JDBC URL without its options, which may contain a password. */
    public String datasource() {
        return datasourceUrl().replaceFirst("(?s)[?;].*", "");
    }

    /** Returns the schema of the tables; empty for the connection's own. */
    public Optional<String> schema() {
        return text("jobfeed.datasource.schema");
    }

    /** Returns whether the schema is migrated at startup. */
    public boolean migrate() {
        return flag("jobfeed.datasource.migrate");
    }

    /** Returns the time zone of the schedules. */
    public TimeZone timeZone() {
        return text("jobfeed.time-zone").isEmpty()
                ? TimeZone.getDefault()
                : required("jobfeed.time-zone", "a name such as Europe/Berlin or UTC", value -> {
                    if (!ZoneId.getAvailableZoneIds().contains(value)) {
                        throw new IllegalArgumentException();
                    }
                    return TimeZone.getTimeZone(value);
                });
    }

    /**
     * Returns a Quartz cron expression that fires at some time; empty when the property is.
     *
     * @throws ConfigurationException with the reason that Quartz gives
     */
    public Optional<String> cron(String property) {
        Optional<String> cron = text(property);
        cron.ifPresent(expression -> {
            String reason = "it never fires";
            try {
                if (new CronExpression(expression).getNextValidTimeAfter(new Date()) != null) {
                    return;
                }
            } catch (ParseException e) {
                reason = e.getMessage();
            }
            throw new ConfigurationException(name(property) + " is '" + expression
                    + "'; it takes a Quartz cron expression such as 0 0/30 * * * ? (" + reason.replaceFirst("[.]$", "")
                    + ").");
        });
        return cron;
    }

    /**
     * Returns a text that matches a pattern as a whole; empty when the property is.
     *
     * @param expected describes the accepted values
     */
    public Optional<String> choice(String property, String expected, String pattern) {
        return text(property).isEmpty()
                ? Optional.empty()
                : Optional.of(required(property, expected, value -> {
                    if (!value.matches(pattern)) {
                        throw new IllegalArgumentException();
                    }
                    return value;
                }));
    }

    /** Returns the maximum size of a response, in uncompressed bytes. */
    public int maxAnswerBytes() {
        return number("jobo.http.max-answer-bytes", 1_000_000, Integer.MAX_VALUE);
    }

    /** Returns the maximum number of live events that one request asks for. */
    public int liveEventsLimit() {
        return number("jobby.live-events.limit", 1, 1000);
    }

    /** Returns the port that {@code run} listens on; 0 for any free port. */
    public int httpPort() {
        return number("jobfeed.http.port", 0, 65_535);
    }

    /** Returns the value of a boolean property. */
    public boolean flag(String property) {
        return required(property, "true or false", value -> switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    /** Returns a whole number within bounds. */
    public int number(String property, int least, int most) {
        return required(property, "a whole number from " + least + " to " + most, value -> {
            int number = Integer.parseInt(value);
            if (number < least || number > most) {
                throw new IllegalArgumentException();
            }
            return number;
        });
    }

    /** Returns a duration. */
    public Duration duration(String property) {
        return required(property, "a duration such as 90s, 15m or 1h", value -> {
            if (!DURATION.matcher(value).matches()) {
                throw new IllegalArgumentException();
            }
            return Duration.ofMillis(TimeUtils.toMilliSeconds(value));
        });
    }

    private <T> T required(String property, String expected, Function<String, T> parse) {
        String value = text(property)
                .orElseThrow(
                        () -> new ConfigurationException(name(property) + " is empty; it takes " + expected + "."));
        if (HOST_WITH_UNDERSCORE.matcher(value).matches()) {
            throw new ConfigurationException(name(property) + " is '" + withoutSecrets(value)
                    + "'; its host has an underscore, which the name of a host cannot have (RFC 1123). Give the server"
                    + " another name or alias, or use its IP address.");
        }
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException | NullPointerException e) {
            // no cause: its message would repeat the value
            throw new ConfigurationException(
                    name(property) + " is '" + withoutSecrets(value) + "'; it takes " + expected + ".");
        }
    }

    /** Removes what may be a password from a URL: the part before an @, and the query or options. */
    private static String withoutSecrets(String value) {
        return value.replaceFirst("(?s)^(\\w+:)?(//)?.*@", "$1$2...@").replaceFirst("(?s)([?;]).*", "$1...");
    }

    private static Properties readDefaults() {
        Properties defaults = new Properties();
        try (InputStream in = JobfeedProperties.class.getResourceAsStream("defaults.properties")) {
            defaults.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return defaults;
    }
}
