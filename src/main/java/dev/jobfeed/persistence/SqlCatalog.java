package dev.jobfeed.persistence;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A statement of the bundle, from {@code dev/jobfeed/sql}.
 *
 * @param text the statement with {@code ?} for each parameter
 * @param parameters the parameters' names, in order of position
 */
public record SqlCatalog(String text, List<String> parameters) {

    /** Caches the texts, because finding a resource searches every jar of the class path. */
    private static final Map<String, String> TEXTS = new ConcurrentHashMap<>();

    private static final Pattern PARAMETER = Pattern.compile(":([a-z_0-9]+)");

    /** Reads a statement and parses its parameters. */
    static SqlCatalog read(String name, Dialect database) {
        return read(name, database, parameter -> true);
    }

    /** Reads a statement without the lines that have a parameter which is not given. */
    static SqlCatalog read(String name, Dialect database, Predicate<String> given) {
        return parse(only(given, text(name, database)));
    }

    /** Returns the text of {@code <database>/<name>.sql}, or of {@code <name>.sql} where one serves every database. */
    public static String text(String name, Dialect database) {
        return TEXTS.computeIfAbsent(database.folder() + "/" + name, specific -> {
            InputStream in = resource(specific);
            return load(in != null ? in : resource(name));
        });
    }

    private static InputStream resource(String name) {
        return SqlCatalog.class.getResourceAsStream("/dev/jobfeed/sql/" + name + ".sql");
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

    private static SqlCatalog parse(String text) {
        List<String> parameters = new ArrayList<>();
        Matcher matcher = PARAMETER.matcher(text);
        String positional = matcher.replaceAll(found -> {
            parameters.add(found.group(1));
            return "?";
        });
        return new SqlCatalog(positional, parameters);
    }
}
