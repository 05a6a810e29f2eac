package dev.jobfeed.config;

import java.util.Optional;
import java.util.function.Supplier;

/** Cleans the text of a property and rejects text that its source has damaged. */
final class PropertyText {

    private PropertyText() {}

    /** Returns the value without surrounding whitespace; empty when it is blank. */
    static Optional<String> filled(Optional<String> value) {
        return value.map(String::strip).filter(text -> !text.isEmpty());
    }

    /**
     * Returns the value as {@link #filled} does. Rejects a value in quotes, as Docker keeps them from an env file, and a
     * value with characters that Java could not decode.
     *
     * @param name returns the name of the property
     */
    static Optional<String> checked(Supplier<String> name, Optional<String> value) {
        Optional<String> filled = filled(value);
        filled.ifPresent(text -> {
            char first = text.charAt(0);
            if (text.length() > 1 && (first == '"' || first == '\'') && text.charAt(text.length() - 1) == first) {
                String property = name.get();
                throw new ConfigurationException(property + " is in quotes. Write the value without them"
                        + (SecretResolver.names()
                                        .contains(
                                                property.replaceFirst("^[a-z][a-z0-9-]*[.](?=jobo|jobby|jobfeed)", ""))
                                ? "; a secret that has them itself can be kept in a file, see " + property + "-file."
                                : "."));
            }
            if (text.indexOf('\uFFFD') >= 0) {
                throw new ConfigurationException(
                        name.get() + " has characters that are not UTF-8, or that this Java cannot"
                                + " read (it reads the environment as " + System.getProperty("sun.jnu.encoding")
                                + "). Start it with LC_ALL=C.UTF-8, or set the property in a file in UTF-8.");
            }
        });
        return filled;
    }

    /** Removes what may be a password from a URL: the part before an @, and the query or options. */
    static String withoutSecrets(String value) {
        return value.replaceFirst("(?s)^(\\w+:)?(//)?.*@", "$1$2...@").replaceFirst("(?s)([?;]).*", "$1...");
    }
}
