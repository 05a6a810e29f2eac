package dev.jobfeed.cli;

import dev.jobfeed.JobfeedBundle;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A file of routes that a start would load.
 *
 * @param name with its ending
 * @param path where it lies; null for one that is in the jar only
 */
record RouteFile(String name, Path path) {

    private static final String ENDING = ".camel.yaml";

    /** Beside the editable files, what they were before anybody edited them. */
    private static final String PRISTINE = ".shipped";

    /** The shipped ones, each replaced by a file of its name, and every further file of the directory. */
    static List<RouteFile> of(Optional<Path> directory) throws IOException {
        Map<String, RouteFile> files = new TreeMap<>();
        JobfeedBundle.ROUTES.forEach(name -> files.put(name + ENDING, new RouteFile(name + ENDING, null)));
        if (directory.isPresent()) {
            try (Stream<Path> own = Files.list(directory.get())) {
                own.filter(file -> file.toString().endsWith(ENDING))
                        .map(file -> new RouteFile(file.getFileName().toString(), file.toAbsolutePath()))
                        .forEach(file -> files.put(file.name(), file));
            }
        }
        return new ArrayList<>(files.values());
    }

    /** Where Camel finds it: it decodes an address as a form's, and takes several with commas between them. */
    String location() {
        return path == null
                ? "classpath:routes/" + name
                : "file:"
                        + path.toUri()
                                .getRawPath()
                                .replace("+", "%2B")
                                .replace(",", "%2C")
                                .replace("*", "%2A");
    }

    /** As it is now. */
    String text() throws IOException {
        return path == null ? shipped().orElseThrow() : Files.readString(path);
    }

    /** As the jar has it; empty when it is none of the bundle's. */
    Optional<String> shipped() throws IOException {
        try (InputStream in = RouteFile.class.getResourceAsStream("/routes/" + name)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    /** As it was shipped with the version that an edit began from; the jar's where that is not known. */
    Optional<String> pristine() throws IOException {
        Path kept = path == null ? null : path.resolveSibling(PRISTINE).resolve(name);
        return kept != null && Files.isReadable(kept) ? Optional.of(Files.readString(kept)) : shipped();
    }
}
