package dev.jobfeed.persistence;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A statement of the bundle, from {@code dev/jobfeed/sql}.
 *
 * @param text the statement with {@code ?} for each parameter
 * @param parameters the parameters' names, in order of position
 */
public record SqlStatement(String text, List<String> parameters) {

    /** Caches the texts, because finding a resource searches every jar of the class path. */
    private static final Map<String, String> TEXTS = new ConcurrentHashMap<>();

    private static volatile Path replacements;

    private static final Pattern PARAMETER = Pattern.compile(":([a-z_0-9]+)");

    /** Reads a statement and parses its parameters. */
    static SqlStatement read(String name, Dialect database) {
        return read(name, database, parameter -> true);
    }

    /** Reads a statement without the lines that have a parameter which is not given. */
    static SqlStatement read(String name, Dialect database, Predicate<String> given) {
        return parse(only(given, text(name, database)));
    }

    /**
     * Sets the directory whose files replace statements of the same name, for all contexts of this process.
     *
     * @param directory null for none; may be missing
     */
    public static void replaceFrom(Path directory) {
        replacements = directory;
        TEXTS.clear();
    }

    /** Returns the text of {@code <database>/<name>.sql}, or of {@code <name>.sql} where one serves every database. */
    public static String text(String name, Dialect database) {
        String specific = database.folder() + "/" + name;
        return TEXTS.computeIfAbsent(
                specific, key -> Stream.of(replacement(specific), replacement(name), resource(specific), resource(name))
                        .flatMap(Optional::stream)
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("There is no statement " + name + ".")));
    }

    /** Returns the name of the statement that a file replaces. */
    public static String name(Path file) {
        return file.getFileName().toString().replaceFirst("[.]sql$", "");
    }

    /** Returns the shipped text of a statement, whether or not it is replaced; empty if there is none of the name. */
    public static Optional<String> shipped(String name, Dialect database) {
        return resource(database.folder() + "/" + name).or(() -> resource(name));
    }

    private static Optional<String> replacement(String name) {
        Path directory = replacements;
        Path file = directory == null ? null : directory.resolve(name + ".sql");
        try {
            return file != null && Files.isRegularFile(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> resource(String name) {
        return Optional.ofNullable(SqlStatement.class.getResourceAsStream("/dev/jobfeed/sql/" + name + ".sql"))
                .map(SqlStatement::load);
    }

    private static String load(InputStream statement) {
        try (statement) {
            return new String(statement.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns a statement without the lines that have a parameter which is not given. */
    public static String only(Predicate<String> given, String text) {
        return text.lines()
                .filter(line -> PARAMETER.matcher(line).results().allMatch(found -> given.test(found.group(1))))
                .collect(Collectors.joining("\n"));
    }

    /** Returns the names of a statement's parameters. */
    public static Set<String> parameters(String text) {
        return Set.copyOf(parse(text).parameters());
    }

    private static SqlStatement parse(String text) {
        List<String> parameters = new ArrayList<>();
        Matcher matcher = PARAMETER.matcher(text);
        String positional = matcher.replaceAll(found -> {
            parameters.add(found.group(1));
            return "?";
        });
        return new SqlStatement(positional, parameters);
    }
}
