package dev.jobfeed.config;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Reads secrets, set directly or through the path of a file. A file is read on each call, so that its secret can be
 * rotated.
 */
final class SecretResolver {

    /** Maps each secret to the property with the path of its file. */
    private static final Map<String, String> FILES = new TreeMap<>(Map.of(
            "jobo.api-key", "jobo.api-key-file",
            "jobo.http.trust-store-password", "jobo.http.trust-store-password-file",
            "jobfeed.datasource.password", "jobfeed.datasource.password-file",
            "jobfeed.http.token", "jobfeed.http.token-file",
            "jobby.token", "jobby.token-file",
            "jobby.webhook-secret", "jobby.webhook-secret-file"));

    private final Function<String, Optional<String>> lookup;
    private final List<String> prefixes;

    /**
     * Creates a resolver.
     *
     * @param prefix prefix of the tenant's properties, which take precedence over those without one; empty for none
     */
    SecretResolver(Function<String, Optional<String>> lookup, String prefix) {
        this.lookup = lookup;
        this.prefixes = prefix.isEmpty() ? List.of("") : List.of(prefix, "");
    }

    static Set<String> names() {
        return FILES.keySet();
    }

    /** Returns the property with the path of a secret's file. */
    static String fileProperty(String secret) {
        return FILES.get(secret);
    }

    /**
     * Returns a secret; empty when it is not set.
     *
     * @throws ConfigurationException when its file cannot be read
     */
    Optional<String> text(String secret) {
        for (String prefix : prefixes) {
            Optional<String> direct = PropertyText.checked(() -> prefix + secret, lookup.apply(prefix + secret));
            if (direct.isPresent()) {
                return direct;
            }
            String property = prefix + FILES.get(secret);
            Optional<String> file = PropertyText.filled(lookup.apply(property));
            if (file.isPresent()) {
                return file.map(path -> read(property, path));
            }
        }
        return Optional.empty();
    }

    /** Returns the file that a secret is read from; empty when the secret is set directly or not at all. */
    Optional<Path> file(String secret) {
        for (String prefix : prefixes) {
            if (PropertyText.filled(lookup.apply(prefix + secret)).isPresent()) {
                return Optional.empty();
            }
            Optional<String> file = PropertyText.filled(lookup.apply(prefix + FILES.get(secret)));
            if (file.isPresent()) {
                return file.map(Path::of);
            }
        }
        return Optional.empty();
    }

    private static String read(String property, String path) {
        try {
            return TextFile.read(Path.of(path)).strip();
        } catch (IOException | InvalidPathException e) {
            throw new ConfigurationException(
                    property + " is '" + path + "', which cannot be read ("
                            + e.getClass().getSimpleName() + ").",
                    e);
        }
    }
}
