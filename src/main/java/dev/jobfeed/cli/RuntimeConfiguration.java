package dev.jobfeed.cli;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.config.TextFile;
import dev.jobfeed.config.UnknownProperties;
import dev.jobfeed.persistence.SqlStatement;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.main.Main;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settings of the standalone runtime, in order: system property, environment, the command's presets,
 * conf/application.properties.
 */
final class RuntimeConfiguration {

    /** A property of the bundle or of one of its tenants. */
    private static final Pattern BUNDLE_PROPERTY = Pattern.compile("([a-z][a-z0-9-]*[.])?((jobo|jobby|jobfeed)[.].*)");

    /** A property of Camel that defines what a route refers to. */
    private static final Pattern USER_BEAN =
            Pattern.compile("camel[.](beans|component|dataformat|language|variable)[.].*");

    private static final Pattern BUNDLE_VARIABLE = Pattern.compile("([A-Z][A-Z0-9_]*_)?(JOBO|JOBBY|JOBFEED)_.*");

    private static final Logger LOG = LoggerFactory.getLogger(RuntimeConfiguration.class);

    private final Map<String, String> presets;
    private final Properties file;
    private final Optional<Path> home;
    private Map<String, String> resolved;

    private RuntimeConfiguration(Map<String, String> presets, Properties file, Optional<Path> home) {
        this.presets = presets;
        this.file = file;
        this.home = home;
    }

    static RuntimeConfiguration read(Map<String, String> presets) {
        Optional<Path> home =
                Optional.ofNullable(System.getProperty("jobfeed.home")).map(Path::of);
        Properties file = new Properties();
        Optional<Path> path =
                home.map(h -> h.resolve("conf/application.properties")).filter(Files::isReadable);
        if (path.isPresent()) {
            load(path.get(), file);
        }
        SqlStatement.replaceFrom(home.map(RuntimeConfiguration::sql).orElse(null));
        return new RuntimeConfiguration(presets, file, home);
    }

    private static Path sql(Path home) {
        return home.resolve("sql");
    }

    private static void load(Path path, Properties file) {
        try {
            file.load(new StringReader(TextFile.read(path)));
        } catch (IOException | IllegalArgumentException e) {
            throw new ConfigurationException(path + " cannot be read: " + e.getMessage(), e);
        }
        String quoted = file.stringPropertyNames().stream()
                .filter(name -> name.matches("[\"'].*"))
                .sorted()
                .collect(Collectors.joining(", "));
        if (!quoted.isEmpty()) {
            throw new ConfigurationException(path + " has names in quotes: " + quoted + ". Write them without.");
        }
        Map<String, Optional<String>> unknown = UnknownProperties.among(file.stringPropertyNames());
        if (!unknown.isEmpty()) {
            throw new ConfigurationException(
                    path + " sets unknown properties: " + UnknownProperties.describe(unknown) + ".");
        }
    }

    private static Optional<Path> path(Optional<Path> home) {
        return home.map(h -> h.resolve("conf/application.properties")).filter(Files::isReadable);
    }

    /** Returns the file that was read; empty if there is none. */
    Optional<Path> file() {
        return path(home);
    }

    JobfeedProperties settings() {
        return JobfeedProperties.over(
                name -> find(name).map(value -> value.contains("{{") ? resolve(name, value) : value));
    }

    /** Returns the properties for Camel: all effective settings, and the file's {@code camel.*} properties. */
    Properties forCamel() {
        Properties all = new Properties();
        all.putAll(file);
        Map<String, String> defaults = JobfeedProperties.defaults();
        Set<String> names = new TreeSet<>(defaults.keySet());
        file.stringPropertyNames().stream()
                .filter(name -> BUNDLE_PROPERTY.matcher(name).matches())
                .forEach(names::add);
        names.forEach(name -> all.setProperty(name, find(name).orElseGet(() -> defaults.get(name))));
        return all;
    }

    /** Returns the properties of the file that are for routes and beans of the user. */
    Properties others() {
        Properties others = new Properties();
        file.stringPropertyNames().stream()
                .filter(name -> !BUNDLE_PROPERTY.matcher(name).matches())
                .filter(name ->
                        !name.startsWith("camel.") || USER_BEAN.matcher(name).matches())
                .forEach(name -> others.setProperty(name, file.getProperty(name)));
        return others;
    }

    /** Returns the directory of editable routes; empty if there is none. */
    Optional<Path> routes() {
        return home.map(h -> h.resolve("routes")).filter(Files::isDirectory);
    }

    /** Returns the directory of statements that replace those of the bundle; empty if there is none. */
    Optional<Path> sql() {
        return home.map(RuntimeConfiguration::sql).filter(Files::isDirectory);
    }

    /** Resolves a value with Camel's property functions, which may be those of a vault. */
    private synchronized String resolve(String name, String value) {
        if (resolved == null) {
            resolved = resolveAll();
        }
        return Optional.ofNullable(resolved.get(value))
                .orElseThrow(() -> new ConfigurationException(name + " is " + value
                        + ", and no property function of this runtime knows a value for that. A vault's needs its Camel"
                        + " component in lib/ and its camel.vault.* properties."));
    }

    /** Resolves all values at once, because that needs a context like the runtime's, which is slow to create. */
    private Map<String, String> resolveAll() {
        Map<String, String> values = new TreeMap<>();
        Main main = new Main();
        try {
            main.setOverrideProperties(forCamel());
            main.setDefaultPropertyPlaceholderLocation("false");
            main.configure().withAutoConfigurationLogSummary(false).withRoutesIncludePattern("false");
            main.init();
            for (String value : functions()) {
                try {
                    values.put(value, main.getCamelContext().resolvePropertyPlaceholders(value));
                } catch (IllegalArgumentException e) {
                    LOG.debug("{} has no value", value, e);
                }
            }
        } finally {
            main.stop();
        }
        return values;
    }

    /**
     * Returns all values with property functions, from every source; the environment may name tenants that the file
     * does not.
     */
    private Set<String> functions() {
        Set<String> values = new TreeSet<>();
        forCamel().forEach((name, value) -> values.add(value.toString()));
        System.getProperties().forEach((name, value) -> {
            if (BUNDLE_PROPERTY.matcher(name.toString()).matches()) {
                values.add(value.toString());
            }
        });
        System.getenv().forEach((name, value) -> {
            if (BUNDLE_VARIABLE.matcher(name).matches()) {
                values.add(value);
            }
        });
        values.removeIf(value -> !value.contains("{{"));
        return values;
    }

    private Optional<String> find(String name) {
        return Optional.ofNullable(System.getProperty(name))
                .or(() -> Optional.ofNullable(System.getenv(JobfeedProperties.environmentVariable(name))))
                .or(() -> Optional.ofNullable(presets.get(name)))
                .or(() -> Optional.ofNullable(file.getProperty(name)));
    }
}
