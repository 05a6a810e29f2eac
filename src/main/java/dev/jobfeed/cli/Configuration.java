package dev.jobfeed.cli;

import dev.jobfeed.ConfigurationException;
import dev.jobfeed.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;

/** The standalone runtime's settings: system property, environment, a command's presets, conf/application.properties. */
final class Configuration {

    private final Map<String, String> presets;
    private final Properties file;
    private final Optional<Path> home;

    private Configuration(Map<String, String> presets, Properties file, Optional<Path> home) {
        this.presets = presets;
        this.file = file;
        this.home = home;
    }

    static Configuration read(Map<String, String> presets) {
        Optional<Path> home =
                Optional.ofNullable(System.getProperty("jobfeed.home")).map(Path::of);
        Properties file = new Properties();
        Optional<Path> path =
                home.map(h -> h.resolve("conf/application.properties")).filter(Files::isReadable);
        if (path.isPresent()) {
            try (Reader reader = Files.newBufferedReader(path.get())) {
                file.load(reader);
            } catch (IOException | IllegalArgumentException e) {
                throw new ConfigurationException(path.get() + " cannot be read: " + e.getMessage(), e);
            }
            List<String> unknown = file.stringPropertyNames().stream()
                    .filter(name -> name.matches("(jobo|jobby|jobfeed)[.].*"))
                    .filter(name -> !Settings.defaults().containsKey(name))
                    .sorted()
                    .toList();
            if (!unknown.isEmpty()) {
                throw new ConfigurationException(
                        path.get() + " sets what there is not: " + String.join(", ", unknown) + ".");
            }
        }
        return new Configuration(presets, file, home);
    }

    private static Optional<Path> path(Optional<Path> home) {
        return home.map(h -> h.resolve("conf/application.properties")).filter(Files::isReadable);
    }

    /** The file that was read, when there is one. */
    Optional<Path> file() {
        return path(home);
    }

    Settings settings() {
        return Settings.over(this::find);
    }

    /** Everything Camel has to know: what is set, and the file's own {@code camel.*} properties. */
    Properties forCamel() {
        Properties all = new Properties();
        all.putAll(file);
        Map<String, String> known = new TreeMap<>(Settings.defaults());
        known.forEach((name, value) -> all.setProperty(name, find(name).orElse(value)));
        return all;
    }

    /** The directory of editable routes, when the runtime has one. */
    Optional<Path> routes() {
        return home.map(h -> h.resolve("routes")).filter(Files::isDirectory);
    }

    private Optional<String> find(String name) {
        return Optional.ofNullable(System.getProperty(name))
                .or(() -> Optional.ofNullable(System.getenv(Settings.environmentVariable(name))))
                .or(() -> Optional.ofNullable(presets.get(name)))
                .or(() -> Optional.ofNullable(file.getProperty(name)));
    }
}
