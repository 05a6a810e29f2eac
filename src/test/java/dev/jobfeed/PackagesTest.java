package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which package of the bundle may use which; the bundle's own package is {@code ""}. */
class PackagesTest {

    private static final Path SOURCES = Path.of("src/main/java/dev/jobfeed");

    /** A class named with its package, in an import or elsewhere. */
    private static final Pattern CLASS_NAME =
            Pattern.compile("\\bdev\\.jobfeed\\.(?:([a-z]+)\\.(?:[a-z]+\\.)*)?(?:[A-Z]\\w*|\\*)");

    private static List<Use> uses;

    private record Use(String from, String to, String where) {}

    @BeforeAll
    static void read() throws IOException {
        uses = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                Path path = SOURCES.relativize(file);
                String from = path.getNameCount() == 1 ? "" : path.getName(0).toString();
                Matcher name = CLASS_NAME.matcher(Files.readString(file));
                while (name.find()) {
                    uses.add(new Use(from, name.group(1) == null ? "" : name.group(1), path + ": " + name.group()));
                }
            }
        }
        assertThat(uses).extracting(Use::to).contains("", "feed", "store", "run", "sandbox");
    }

    @Test
    void theSandboxKnowsNothingOfTheBundle() {
        assertNone(use -> use.from().equals("sandbox") && !use.to().equals("sandbox"));
    }

    @Test
    void theBundleKnowsNeitherTheCommandLineNorTheSandbox() {
        assertNone(use -> !Set.of("cli", "sandbox").contains(use.from())
                && Set.of("cli", "sandbox").contains(use.to()));
    }

    @Test
    void theFeedIsReadWithoutARunAStoreOrACommandLine() {
        assertNone(use ->
                use.from().equals("feed") && Set.of("run", "store", "cli").contains(use.to()));
    }

    @Test
    void nothingIsFormattedOrFoldedByTheLocaleOfTheMachine() throws IOException {
        Pattern byLocale = Pattern.compile(
                "::(to(Lower|Upper)Case|format)\\b|to(Lower|Upper)Case\\(\\)|(String\\.format|printf)\\(\\s*\"|\\.formatted\\("
                        + "|queryForMap\\(|ofPattern\\([^,;]*?\\)\\s*[;.]");
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                Matcher use = byLocale.matcher(Files.readString(file));
                while (use.find()) {
                    found.add(SOURCES.relativize(file) + ": " + use.group());
                }
            }
        }
        assertThat(found).isEmpty();
    }

    private static void assertNone(Predicate<Use> forbidden) {
        assertThat(uses).filteredOn(forbidden).isEmpty();
    }
}
