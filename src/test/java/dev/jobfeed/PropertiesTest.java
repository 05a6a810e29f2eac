package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedRequestBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that code, routes and {@code defaults.properties} have the same properties. */
class PropertiesTest {

    private static final Path DEFAULTS = Path.of("src/main/resources/dev/jobfeed/config/defaults.properties");

    private static final Pattern LITERAL = Pattern.compile("\"([\\w.-]+)\"");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\??([\\w.-]+)");

    /** Matches the properties that the bundle derives for an optional schedule. */
    private static final Pattern SCHEDULE = Pattern.compile("jobfeed-schedule\\.(([a-z-]+)\\.[a-z-]+)\\.(set|cron)");

    /** Matches what the launcher passes to the JVM, which is no property of the bundle. */
    private static final Pattern SYSTEM_PROPERTY =
            Pattern.compile("(System\\.getProperty|Boolean\\.getBoolean)\\(\"[^\"]+\"");

    private static final Pattern PROPERTY = Pattern.compile("(jobo|jobfeed|jobby)(\\.[\\w-]+)+");

    @Test
    void everyPropertyThatIsReadHasADefault() throws IOException {
        Set<String> read = new TreeSet<>();
        for (Path file : files()) {
            names(file).filter(PROPERTY.asMatchPredicate()).forEach(read::add);
        }

        assertThat(read).contains("jobo.api-key", "jobfeed.jobs.schedule");
        assertThat(JobfeedProperties.defaults().keySet()).containsAll(read);
    }

    @Test
    void everyPropertyWithADefaultIsRead() throws IOException {
        Set<String> read = new TreeSet<>();
        for (Path file : files()) {
            List<String> names = names(file).toList();
            read.addAll(names);
            names.stream().map(SCHEDULE::matcher).filter(Matcher::matches).forEach(schedule -> {
                read.add("jobfeed." + schedule.group(1));
                read.add("jobfeed." + schedule.group(2) + ".enabled");
            });
        }
        // names that are composed at run time
        JobfeedProperties recording = JobfeedProperties.over(name -> {
            read.add(name);
            return Optional.empty();
        });
        for (FeedDefinition source : FeedDefinition.values()) {
            FeedRequestBuilder.of(source, recording);
        }

        assertThat(JobfeedProperties.defaults().keySet()).allMatch(read::contains);
    }

    @Test
    void everyPropertyHasAComment() throws IOException {
        List<String> undescribed = new ArrayList<>();
        boolean described = false;
        for (String line : Files.readAllLines(DEFAULTS)) {
            if (line.isBlank()) {
                described = false;
            } else if (line.startsWith("#")) {
                described = !line.startsWith("# ----");
            } else if (!described) {
                undescribed.add(line);
            }
        }

        assertThat(undescribed).isEmpty();
    }

    /** Returns the string literals of a source, or the placeholders of a route file. */
    private static Stream<String> names(Path file) throws IOException {
        String text = SYSTEM_PROPERTY.matcher(Files.readString(file)).replaceAll("");
        if (file.toString().endsWith(".java")) {
            return LITERAL.matcher(text).results().map(found -> found.group(1));
        }
        // passed to a template by its parameters
        return Stream.of("jobs", "career-sites")
                .map(stream -> text.replace("{{stream}}", stream).replace("{{tenant}}", ""))
                .flatMap(placeholder ->
                        PLACEHOLDER.matcher(placeholder).results().map(found -> found.group(1)));
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"));
                Stream<Path> routes = Files.list(Path.of("routes"))) {
            return Stream.concat(sources.filter(file -> file.toString().endsWith(".java")), routes)
                    .toList();
        }
    }
}
