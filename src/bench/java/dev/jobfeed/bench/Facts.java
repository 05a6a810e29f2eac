package dev.jobfeed.bench;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.postgresql.util.DriverInfo;
import org.springframework.batch.core.Job;

/** Records the environment of a benchmark, next to its measurements. */
final class Facts {

    private static final String VERSION = "version.";

    private final Path file;
    private final Properties properties = new Properties();

    private Facts(Path file) {
        this.file = file;
    }

    /** Records this machine and class path, and keeps earlier entries of the file if requested. */
    static Facts in(Path file, boolean keep) throws IOException {
        Facts facts = new Facts(file);
        if (keep && Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                facts.properties.load(reader);
            }
        }
        facts.properties.setProperty("machine", machine());
        facts.set("load", load());
        facts.version("Java", System.getProperty("java.vm.version"));
        facts.version("Apache Camel", CamelContext.class.getPackage().getImplementationVersion());
        facts.version("Spring Batch", Job.class.getPackage().getImplementationVersion());
        facts.version("pgjdbc", DriverInfo.DRIVER_VERSION);
        facts.save();
        return facts;
    }

    private static String machine() throws IOException {
        return String.format(
                Locale.ROOT,
                "%s, %d cores, %.0f GB of memory, %s, Linux %s",
                value(Path.of("/proc/cpuinfo"), "model name", ":"),
                Runtime.getRuntime().availableProcessors(),
                Double.parseDouble(
                                value(Path.of("/proc/meminfo"), "MemTotal", ":").replace(" kB", ""))
                        / 1_000_000,
                value(Path.of("/etc/os-release"), "PRETTY_NAME", "=").replace("\"", ""),
                System.getProperty("os.version").replaceFirst("-.*", ""));
    }

    /** Returns the load average of the last minute. */
    private static String load() throws IOException {
        return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
    }

    private static String value(Path file, String name, String separator) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(separator) + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    void version(String product, String version) throws IOException {
        set(VERSION + product, version);
    }

    void set(String name, String value) throws IOException {
        properties.setProperty(name, value);
        save();
    }

    private void save() throws IOException {
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
    }

    String text(String name) {
        return properties.getProperty(name);
    }

    /** Returns products and versions, separated by commas. */
    String versions() {
        return properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith(VERSION))
                .sorted()
                .map(name -> name.substring(VERSION.length()) + " " + text(name))
                .collect(Collectors.joining(", "));
    }
}
