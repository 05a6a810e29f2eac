package dev.jobfeed.cli;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlStatement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Checks the files that replace SQL statements of the bundle. */
final class StatementCheck {

    private StatementCheck() {}

    /**
     * Returns a line about the files in the directory and its folders for one database.
     *
     * @throws ConfigurationException if a file replaces nothing, or has a parameter that the step does not provide
     */
    static String check(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory, 2)) {
            files = all.filter(file -> file.toString().endsWith(".sql"))
                    .sorted()
                    .toList();
        }
        Set<String> names = new TreeSet<>();
        for (Path file : files) {
            String name = SqlStatement.name(file);
            Set<String> unknown = new TreeSet<>(SqlStatement.parameters(Files.readString(file)));
            List<String> shipped = Stream.of(Dialect.values())
                    .flatMap(database -> SqlStatement.shipped(name, database).stream())
                    .toList();
            if (shipped.isEmpty()) {
                throw new ConfigurationException(file + " replaces no statement of the bundle.");
            }
            shipped.forEach(text -> unknown.removeAll(SqlStatement.parameters(text)));
            if (!unknown.isEmpty()) {
                throw new ConfigurationException(
                        file + " uses :" + String.join(", :", unknown) + ", which the step does not provide.");
            }
            names.add(name);
        }
        return directory + (names.isEmpty() ? ", empty" : " replaces " + String.join(", ", names));
    }
}
