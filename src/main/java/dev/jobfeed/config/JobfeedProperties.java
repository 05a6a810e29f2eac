package dev.jobfeed.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.function.Function;
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

    /** Matches host names that {@link URI} does not accept as a host. */
    private static final Pattern HOST_WITH_UNDERSCORE =
            Pattern.compile("https?://([^/?#]*@)?[^/?#@:]*_[^/?#@]*([/?#].*)?");

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?::1]?");

    private final Function<String, Optional<String>> lookup;
    private final String prefix;
    private final SecretResolver secrets;

    private JobfeedProperties(Function<String, Optional<String>> lookup, String prefix) {
        this.lookup = lookup;
        this.prefix = prefix;
        this.secrets = new SecretResolver(lookup, prefix);
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
        return isOwn(property) || isOwn(SecretResolver.fileProperty(property));
    }

    /** Returns the name that a property was found under, or should be set under. */
    String name(String property) {
        return lookup.apply(prefix + property).isPresent()
                        || lookup.apply(property).isEmpty()
                ? prefix + property
                : property;
    }

    /** Returns the name of a property for this tenant specifically. */
    String prefixed(String property) {
        return prefix + property;
    }

    /** Returns the connection to the Jobo Enterprise API. */
    public JoboSettings jobo() {
        return new JoboSettings(this);
    }

    /** Returns the settings of Jobby.dev. */
    public JobbySettings jobby() {
        return new JobbySettings(this);
    }

    /** Returns the settings of the database. */
    public DatabaseSettings database() {
        return new DatabaseSettings(this);
    }

    /** Returns the limits for metered credits. */
    public CreditLimits credits() {
        return new CreditLimits(this);
    }

    /** Returns the settings of runs. */
    public SyncSettings sync() {
        return new SyncSettings(this);
    }

    /** Returns the settings of the console. */
    public ConsoleSettings console() {
        return new ConsoleSettings(this);
    }

    /** Returns the time zone of the schedules. */
    public TimeZone timeZone() {
        return optional("jobfeed.time-zone", "a name such as Europe/Berlin or UTC", value -> {
                    if (!ZoneId.getAvailableZoneIds().contains(value)) {
                        throw new IllegalArgumentException();
                    }
                    return TimeZone.getTimeZone(value);
                })
                .orElseGet(TimeZone::getDefault);
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
        return SecretResolver.names();
    }

    /**
     * Returns the value of a property; empty when it is blank or not set. A secret that is not set directly is read
     * from its file on each call, so that it can be rotated there.
     *
     * @throws ConfigurationException when that file cannot be read
     */
    public Optional<String> text(String property) {
        return SecretResolver.names().contains(property)
                ? secrets.text(property)
                : PropertyText.checked(
                        () -> name(property), lookup.apply(prefix + property).or(() -> lookup.apply(property)));
    }

    /** Returns the file that a secret is read from; empty when the secret is set directly or not at all. */
    public Optional<Path> secretFile(String property) {
        return secrets.file(property);
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
        return optional(property, expected, value -> {
            if (!value.matches(pattern)) {
                throw new IllegalArgumentException();
            }
            return value;
        });
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

    /** Returns whether a host is this machine, by its name or address; nothing is resolved. */
    public static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    /**
     * Returns the address of a server without a trailing slash, with scheme and host in lower case.
     *
     * @param example a valid address
     */
    String serverUrl(String property, String example) {
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
     * Returns a property as another type; empty when the property is.
     *
     * @param expected describes the accepted values
     * @param parse throws an {@link IllegalArgumentException} for another value
     */
    <T> Optional<T> optional(String property, String expected, Function<String, T> parse) {
        return text(property).isEmpty() ? Optional.empty() : Optional.of(required(property, expected, parse));
    }

    /**
     * Returns a property as another type.
     *
     * @param expected describes the accepted values
     * @param parse throws an {@link IllegalArgumentException} for another value
     */
    <T> T required(String property, String expected, Function<String, T> parse) {
        String value = text(property)
                .orElseThrow(
                        () -> new ConfigurationException(name(property) + " is empty; it takes " + expected + "."));
        if (HOST_WITH_UNDERSCORE.matcher(value).matches()) {
            throw new ConfigurationException(name(property) + " is '" + PropertyText.withoutSecrets(value)
                    + "'; its host has an underscore, which the name of a host cannot have (RFC 1123). Give the server"
                    + " another name or alias, or use its IP address.");
        }
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException | NullPointerException e) {
            // no cause: its message would repeat the value
            throw new ConfigurationException(
                    name(property) + " is '" + PropertyText.withoutSecrets(value) + "'; it takes " + expected + ".");
        }
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
