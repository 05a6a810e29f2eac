package dev.jobfeed.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.jobfeed.config.JobfeedProperties;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Compares the documentation with what it describes. */
class DocumentationTest {

    private static final Path DOCS = Path.of("docs");
    private static final Path INDEX = DOCS.resolve("README.md");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#\\s]*)(?:#([^)\\s]+))?\\)");
    private static final Pattern COMMAND =
            Pattern.compile("(?m)^ {4}(?:\\$ )?(?:[A-Z_]+=\\S* )*(?:target/jobfeed/bin/)?jobfeed( [^&>|\\n]*)?");
    private static final Pattern INLINE_COMMAND = Pattern.compile("`jobfeed( [^`]*)`");

    static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(DOCS)) {
            return Stream.concat(
                            Stream.of("README.md", "CHANGELOG.md").map(Path::of),
                            files.filter(file -> file.toString().endsWith(".md")))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyLinkTargetExists(Path page) {
        assertThat(matches(LINK, read(page))).allSatisfy(link -> {
            Path target = target(page, link);
            assertThat(target).as(link.group()).exists();
            if (link.group(2) != null) {
                assertThat(headingAnchors(target)).as(link.group()).contains(link.group(2));
            }
        });
    }

    @Test
    void everyPageIsLinkedFromTheIndex() throws IOException {
        Set<Path> reached = new TreeSet<>(Set.of(INDEX));
        Deque<Path> unread = new ArrayDeque<>(reached);
        while (!unread.isEmpty()) {
            Path page = unread.pop();
            matches(LINK, read(page)).stream()
                    .map(link -> target(page, link))
                    .filter(target -> Files.isRegularFile(target) && reached.add(target))
                    .filter(target -> target.toString().endsWith(".md"))
                    .forEach(unread::add);
        }

        try (Stream<Path> files = Files.walk(DOCS)) {
            assertThat(reached)
                    .containsAll(files.filter(file -> file.toString().endsWith(".md"))
                            .toList());
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void everyCommandLineIsAccepted(Path page) {
        Stream.of(COMMAND, INLINE_COMMAND)
                .flatMap(pattern -> matches(pattern, read(page)).stream())
                .map(match -> Optional.ofNullable(match.group(1)).orElse("").strip())
                .filter(line -> !line.matches(".*([A-Z]{2}|\\[|\\.\\.\\.|\\||\\\\).*"))
                .forEach(line -> assertThatCode(() -> parse(line)).as(line).doesNotThrowAnyException());
    }

    private static void parse(String line) {
        try {
            JobfeedCli.commandLine().parseArgs(line.isEmpty() ? new String[0] : line.split("\\s+"));
        } catch (CommandLine.MissingParameterException e) {
            // the text names a command without its arguments
        }
    }

    @Test
    void everyCommandAndOptionIsListed() {
        String listed = read(DOCS.resolve("commands.md"));
        String ofSandbox = read(DOCS.resolve("sandbox.md"));
        assertThat(commands(JobfeedCli.commandLine())).hasSizeGreaterThan(10).allSatisfy(command -> {
            assertThat(listed)
                    .containsPattern("\\| `" + command.getCommandSpec().qualifiedName() + "[ `]");
            assertThat(command.getCommandSpec().options()).allSatisfy(option -> assertThat(
                            command.getCommandName().equals("sandbox") ? listed + ofSandbox : listed)
                    .containsPattern("`" + option.longestName() + "[ `]"));
        });
    }

    /** Returns the commands without sub-commands. */
    private static List<CommandLine> commands(CommandLine parent) {
        return parent.getSubcommands().values().stream()
                .distinct()
                .flatMap(
                        command -> command.getSubcommands().isEmpty() ? Stream.of(command) : commands(command).stream())
                .toList();
    }

    @Test
    void everyPropertyIsListedWithItsDefault() {
        Map<String, String> listed = new TreeMap<>();
        matches(
                        Pattern.compile("(?m)^\\| `((?:jobo|jobby|jobfeed)\\.[^`]+)` \\| (?:`([^`]*)`)? ?\\|"),
                        read(DOCS.resolve("properties.md")))
                .forEach(row -> listed.put(
                        row.group(1), Optional.ofNullable(row.group(2)).orElse("")));

        assertThat(listed).isEqualTo(new TreeMap<>(JobfeedProperties.defaults()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void everyTableAndViewIsListed(String database) {
        List<String> schema = matches(
                        Pattern.compile("(?m)^create (?:table|view) (?:if not exists )?(\\w+)"),
                        read(Path.of("src/main/resources/dev/jobfeed/db", database, "V1__baseline.sql")))
                .stream()
                .map(created -> created.group(1))
                .toList();

        assertThat(matches(Pattern.compile("(?m)^\\| `(\\w+)` \\|"), read(DOCS.resolve("tables.md"))))
                .extracting(row -> row.group(1))
                .containsAll(schema);
    }

    @Test
    void everyRouteFileIsListed() throws IOException {
        String listed = read(DOCS.resolve("routes.md"));
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".camel.yaml", "")))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(listed).containsPattern("`" + name + "(`|\\.camel\\.yaml`)"));
        }
    }

    @Test
    void everyDecisionHasStatusAndDateAndIsInTheIndex() throws IOException {
        Path decisions = DOCS.resolve("decisions");
        Pattern record = Pattern.compile(
                "# (\\d+)\\. (.*)\n\n\\*\\*Status\\.\\*\\* Accepted, (\\d{4}-\\d\\d-\\d\\d)\\.(?s:( Superseded by .*?)?)");
        String index = read(decisions.resolve("README.md"));
        try (Stream<Path> files = Files.list(decisions)) {
            List<Path> records =
                    files.filter(file -> !file.endsWith("README.md")).toList();
            assertThat(records).isNotEmpty().allSatisfy(file -> {
                List<MatchResult> heads = matches(record, read(file));
                assertThat(heads).hasSize(1);
                MatchResult head = heads.get(0);
                String name = file.getFileName().toString();
                assertThat(name).startsWith("%04d-".formatted(Integer.valueOf(head.group(1))));
                assertThat(index)
                        .contains("| " + head.group(1) + " | [" + head.group(2) + "](" + name + ") | "
                                + (head.group(4) == null ? "accepted" : "superseded"))
                        .contains("| " + head.group(3) + " |");
            });
        }
    }

    private static Path target(Path page, MatchResult link) {
        return link.group(1).isEmpty()
                ? page
                : page.resolveSibling(link.group(1)).normalize();
    }

    /** Returns the anchors that a repository host gives to the headings of a page. */
    private static Set<String> headingAnchors(Path page) {
        return matches(Pattern.compile("(?m)^#+ (.*)$"), read(page)).stream()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static List<MatchResult> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
