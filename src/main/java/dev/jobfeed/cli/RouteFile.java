package dev.jobfeed.cli;

import dev.jobfeed.route.ShippedRoutes;
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
 * A route file that a start would load.
 *
 * @param name file name with suffix
 * @param path path of the file; null if it is in the jar only
 */
record RouteFile(String name, Path path) {

    private static final String SUFFIX = ".camel.yaml";

    /** Directory beside the editable files with their unedited versions. */
    private static final String PRISTINE = ".shipped";

    /**
     * Lists the shipped files, each replaced by a file of the same name in the directory, and all other route files of
     * the directory.
     */
    static List<RouteFile> of(Optional<Path> directory) throws IOException {
        Map<String, RouteFile> files = new TreeMap<>();
        ShippedRoutes.FILES.forEach(name -> files.put(name + SUFFIX, new RouteFile(name + SUFFIX, null)));
        if (directory.isPresent()) {
            try (Stream<Path> own = Files.list(directory.get())) {
                own.filter(file -> file.toString().endsWith(SUFFIX))
                        .map(file -> new RouteFile(file.getFileName().toString(), file.toAbsolutePath()))
                        .forEach(file -> files.put(file.name(), file));
            }
        }
        return new ArrayList<>(files.values());
    }

    /** Returns the location for Camel, which decodes it like form data and splits locations at commas. */
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

    /** Returns the current text. */
    String text() throws IOException {
        return path == null ? shipped().orElseThrow() : Files.readString(path);
    }

    /** Returns the text in the jar; empty if the bundle has no such file. */
    Optional<String> shipped() throws IOException {
        try (InputStream in = RouteFile.class.getResourceAsStream("/routes/" + name)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    /** Returns the shipped text on which an edit is based; the text in the jar if that is not known. */
    Optional<String> pristine() throws IOException {
        Path kept = path == null ? null : path.resolveSibling(PRISTINE).resolve(name);
        return kept != null && Files.isReadable(kept) ? Optional.of(Files.readString(kept)) : shipped();
    }
}
