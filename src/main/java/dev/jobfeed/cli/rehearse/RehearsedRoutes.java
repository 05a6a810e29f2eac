package dev.jobfeed.cli.rehearse;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.feed.PrintableText;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlStatement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The routes to rehearse.
 *
 * @param locations the route files, as Camel locations
 * @param statements directory of the statements that replace those of the bundle; null for none
 * @param properties properties of the routes, without those of the bundle
 * @param edits what differs from the shipped routes and statements
 */
public record RehearsedRoutes(List<String> locations, Path statements, Properties properties, List<StepEdit> edits) {

    /** A route file. */
    public record File(String name, String location, String shipped, String text) {}

    /**
     * Compares route files and statements with the shipped ones.
     *
     * @param statements may be missing
     */
    public static RehearsedRoutes of(List<File> files, Path statements, Properties properties) throws IOException {
        List<StepEdit> edits = new ArrayList<>();
        for (File file : files) {
            try {
                if (!file.text().equals(file.shipped())) {
                    edits.addAll(StepEdit.between(file.name(), file.shipped(), file.text()));
                }
            } catch (RuntimeException e) {
                throw new ConfigurationException(
                        file.name() + " does not parse: " + PrintableText.inOneLine(String.valueOf(e.getMessage())), e);
            }
        }
        Path replaced = statements != null && Files.isDirectory(statements) ? statements : null;
        if (replaced != null) {
            for (Path file : replacements(replaced, Dialect.H2)) {
                String name = SqlStatement.name(file);
                List<String> steps = files.stream()
                        .flatMap(routes -> StepEdit.executing(name, routes.text()).stream())
                        .toList();
                String change = "statement " + name + " replaced";
                (steps.isEmpty() ? List.of(name) : steps)
                        .forEach(step -> edits.add(
                                new StepEdit(step, replaced.relativize(file).toString(), change)));
            }
        }
        return new RehearsedRoutes(files.stream().map(File::location).toList(), replaced, properties, edits);
    }

    /** Returns the statements that only another database uses, which cannot be rehearsed on H2. */
    List<Path> unusedStatements() throws IOException {
        return statements == null
                ? List.of()
                : replacements(statements, Dialect.POSTGRESQL).stream()
                        .filter(file -> !file.getParent().equals(statements))
                        .map(statements::relativize)
                        .toList();
    }

    /** Returns the files whose statements differ from the shipped ones for a database. */
    private static List<Path> replacements(Path directory, Dialect database) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path folder : List.of(directory, directory.resolve(database.folder()))) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> all = Files.list(folder)) {
                    files.addAll(all.filter(file -> file.toString().endsWith(".sql"))
                            .sorted()
                            .toList());
                }
            }
        }
        List<Path> different = new ArrayList<>();
        for (Path file : files) {
            String name = SqlStatement.name(file);
            Optional<String> shipped = SqlStatement.shipped(name, database);
            if (shipped.isPresent()
                    && !shipped.get().strip().equals(Files.readString(file).strip())) {
                different.add(file);
            }
        }
        return different;
    }

    /** Returns the edits, those of steps that a promise depends on first. */
    List<StepEdit> suspects(Promise promise) {
        return edits.stream()
                .sorted(Comparator.comparingInt(edit -> rank(edit, promise.steps())))
                .toList();
    }

    private static int rank(StepEdit edit, List<String> steps) {
        int rank = 0;
        while (rank < steps.size() && !edit.step().startsWith(steps.get(rank))) {
            rank++;
        }
        return rank;
    }
}
