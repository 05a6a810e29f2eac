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
 * The bundle's properties, read through whatever a runtime looks properties up with.
 *
 * <p>Names, defaults and descriptions stand in {@code dev/jobfeed/config/defaults.properties} and nowhere else. A value that
 * cannot be used is a {@link ConfigurationException} that names the property, the value and what would fit.
 */
public final class JobfeedProperties {

    private static final Properties DEFAULTS = readDefaults();

    /** The durations that Camel reads; most other text, such as 15M or PT15M, it takes for no time at all. */
    private static final Pattern DURATION =
            Pattern.compile("\\d{1,9}|(\\d{1,9}d)?(\\d{1,9}h)?(\\d{1,9}m)?(\\d{1,9}s)?(\\d{1,9}ms)?");

    private static final Pattern DATASOURCE_URL =
            Pattern.compile("jdbc:h2:.+|jdbc:postgresql:(?!//[^/?]*@).+", Pattern.DOTALL);

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d+){3}|\\[::1]");

    /** Java does not take it for a host at all. */
    private static final Pattern HOST_WITH_UNDERSCORE =
            Pattern.compile("https?://([^/?#]*@)?[^/?#@:]*_[^/?#@]*([/?#].*)?");

    /** Jobby.dev REST API, "End-to-end worked example": every ~5 seconds, not faster. */
    private static final Duration POLL_FLOOR = Duration.ofSeconds(5);

    /** What may be kept in a file of its own, and the property with its path. */
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

    /** Settings over a lookup that knows only what was set; defaults are added here. */
    public static JobfeedProperties over(Function<String, Optional<String>> lookup) {
        return new JobfeedProperties(
                name -> lookup.apply(name).or(() -> Optional.ofNullable(DEFAULTS.getProperty(name))), "");
    }

    /** The settings of a tenant: a property with the tenant's name and a dot before it counts before the property. */
    public JobfeedProperties of(String tenant) {
        return tenant.isEmpty() ? this : new JobfeedProperties(lookup, tenant + ".");
    }

    /** These settings, but for some properties. */
    public JobfeedProperties with(Map<String, String> others) {
        Function<String, Optional<String>> found = lookup;
        Map<String, String> named = new HashMap<>();
        others.forEach((property, value) -> named.put(prefix + property, value));
        return new JobfeedProperties(
                name -> Optional.ofNullable(named.get(name)).or(() -> found.apply(name)), prefix);
    }

    /** Whether a property is set for this tenant, and not only for all of them. */
    public boolean isOwn(String property) {
        return lookup.apply(prefix + property).filter(value -> !value.isBlank()).isPresent();
    }

    /** Whether a secret is set for this very tenant, by itself or by the file it is in. */
    public boolean isOwnSecret(String property) {
        return isOwn(property) || isOwn(SECRETS.get(property));
    }

    /** A property by the name it was found under, or would best be set under. */
    private String name(String property) {
        return lookup.apply(prefix + property).isPresent()
                        || lookup.apply(property).isEmpty()
                ? prefix + property
                : property;
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

    /** The names of the secrets, each of which may be kept in a file of its own. */
    public static Set<String> secrets() {
        return SECRETS.keySet();
    }

    /**
     * The value of a property, blank counting as not set; a secret that is not set itself is read from its file, each time,
     * so that it can be replaced there.
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

    /** Quotes that came with the value, as Docker leaves them in an env file, or characters that Java could not read. */
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

    /** The file that a secret is read from; empty when it is set itself, or not at all. */
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

    /** The HTTP proxy that both APIs are reached through. */
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

    /** The file with the authorities that both APIs' certificates are checked with, in place of Java's own. */
    public Optional<Path> trustStore() {
        return text("jobo.http.trust-store").map(Path::of);
    }

    /**
     * The API's address, without a trailing slash, scheme and host in lower case, so that one server is one value.
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
     * The API key. Never print it.
     *
     * @throws ConfigurationException when there is none, or one that would end or garble the header it travels in
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
                                + " is none that a key has: a line break, a space, or not ASCII. Copy the key anew.");
            }
        }
        return key;
    }

    /** What the key's prefix says of its environment: {@code live}, {@code test}, or {@code unknown}. */
    public String apiKeyEnvironment() {
        String key = apiKey();
        if (key.startsWith("jbe_live_")) {
            return "live";
        }
        return key.startsWith("jbe_test_") ? "test" : "unknown";
    }

    /** The address of the Jobby.dev API, in the form of {@link #baseUrl()}. */
    public String jobbyBaseUrl() {
        return server("jobby.base-url", "https://jobby.dev/api/v1");
    }

    /**
     * The token for Jobby.dev. Never print it.
     *
     * @throws ConfigurationException when there is none, or one that would end or garble the header it travels in
     */
    public String jobbyToken() {
        String token = text("jobby.token")
                .orElseThrow(() -> new ConfigurationException(
                        "jobby.token is not set. Mint one at jobby.dev/account/api-tokens, and set the environment"
                                + " variable JOBBY_TOKEN."));
        if (!token.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new ConfigurationException("jobby.token has " + token.length()
                    + " characters, and not all of them are those of a token. Copy it anew.");
        }
        return token;
    }

    /**
     * How far apart two requests for the queue's status are; 5 s and more, because the API asks for that, except against
     * a stand-in on this machine.
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

    /** The longest webhook that is received, in bytes. */
    public int webhookMaxBytes() {
        return number("jobby.webhooks.max-bytes", 1, 1 << 24);
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

    /** How long what is over is kept: runs, and quarantined rows that are settled. */
    public Duration keepRunsFor() {
        return duration("jobfeed.runs.keep-for");
    }

    /** What every wait before a repeated request is multiplied with. */
    public double timeScale() {
        return required("jobo.retry.time-scale", "a number from 0 up", value -> {
            double scale = Double.parseDouble(value);
            if (!(scale >= 0 && scale <= 1000)) {
                throw new IllegalArgumentException();
            }
            return scale;
        });
    }

    /** An amount of credits; empty when the property is. */
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

    /** How long an attempt's lease outlives its holder. */
    public Duration lease() {
        Duration lease = duration("jobfeed.lease");
        if (lease.compareTo(Duration.ofSeconds(1)) < 0 || lease.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new ConfigurationException(
                    "jobfeed.lease is '" + text("jobfeed.lease").orElse("")
                            + "'; it takes a duration from 1s to 60s, and without a unit it is milliseconds.");
        }
        return lease;
    }

    /** The JDBC address of the database. Never print it as it is. */
    public String datasourceUrl() {
        return required("jobfeed.datasource.url", "an address such as jdbc:postgresql://db.example.com/jobs", value -> {
            // a user in the place of a host would be told in messages of the driver
            if (!DATASOURCE_URL.matcher(value).matches()) {
                throw new IllegalArgumentException();
            }
            return value;
        });
    }

    /** The database's address as it may be printed: without options, among which a password may be. */
    public String datasource() {
        return datasourceUrl().replaceFirst("(?s)[?;].*", "");
    }

    /** The schema of the tables; empty for the connection's own. */
    public Optional<String> schema() {
        return text("jobfeed.datasource.schema");
    }

    /** Whether the schema is brought up to date at start. */
    public boolean migrate() {
        return flag("jobfeed.datasource.migrate");
    }

    /** Whose clock the schedules go by. */
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
     * A Quartz cron expression that fires at some time; empty when the property is.
     *
     * @throws ConfigurationException with what Quartz says of it
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
     * A text that matches a pattern as a whole; empty when the property is.
     *
     * @param expected what the property takes
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

    /** The longest answer that is read, in unpacked bytes. */
    public int maxAnswerBytes() {
        return number("jobo.http.max-answer-bytes", 1_000_000, Integer.MAX_VALUE);
    }

    /** The most live events that one request asks for. */
    public int liveEventsLimit() {
        return number("jobby.live-events.limit", 1, 1000);
    }

    /** The port that {@code run} listens on; 0 for any free one. */
    public int httpPort() {
        return number("jobfeed.http.port", 0, 65_535);
    }

    /** A flow's own switch. */
    public boolean flag(String property) {
        return required(property, "true or false", value -> switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    /** A whole number within bounds. */
    public int number(String property, int least, int most) {
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
            // without the cause, which would say the value again
            throw new ConfigurationException(
                    name(property) + " is '" + withoutSecrets(value) + "'; it takes " + expected + ".");
        }
    }

    /** An address without what may be a password: the part before an @, and the query or options. */
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
