package dev.jobfeed.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/** Reads the connection to the Jobo Enterprise API, and what both APIs share. */
public record JoboSettings(JobfeedProperties properties) {

    /**
     * Returns the API's base URL without a trailing slash, with scheme and host in lower case, so that each server has
     * one spelling.
     */
    public String baseUrl() {
        return properties.serverUrl("jobo.base-url", "https://connect.jobo.world");
    }

    /**
     * Returns the API key. Must not be printed.
     *
     * @throws ConfigurationException when there is none, or when it has characters that would break the header it is
     *     sent in
     */
    public String apiKey() {
        String key = properties
                .text("jobo.api-key")
                .orElseThrow(() -> new ConfigurationException(properties.prefixed("jobo.api-key")
                        + " is not set. Set the environment variable "
                        + variable("jobo.api-key") + ", or "
                        + variable("jobo.api-key-file") + " to the path of a file that holds it, or"
                        + " the property in conf/application.properties."));
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) <= ' ' || key.charAt(i) > '~') {
                throw new ConfigurationException(
                        properties.name("jobo.api-key") + " has " + key.length() + " characters, and number " + (i + 1)
                                + " is not valid in a key: a line break, a space, or not ASCII. Copy the key again.");
            }
        }
        return key;
    }

    private String variable(String property) {
        return JobfeedProperties.environmentVariable(properties.prefixed(property));
    }

    /** Returns the environment that the key's prefix names: {@code live}, {@code test}, or {@code unknown}. */
    public String apiKeyEnvironment() {
        String key = apiKey();
        if (key.startsWith("jbe_live_")) {
            return "live";
        }
        return key.startsWith("jbe_test_") ? "test" : "unknown";
    }

    /** Returns the HTTP proxy used for both APIs. */
    public Optional<URI> proxy() {
        return properties.optional("jobo.http.proxy", "an address such as http://proxy.example.com:3128", value -> {
            URI uri = URI.create(value);
            if (!Set.of("http", "https").contains(uri.getScheme())
                    || uri.getHost() == null
                    || uri.getPort() == -1
                    || uri.getRawUserInfo() != null) {
                throw new IllegalArgumentException();
            }
            return uri;
        });
    }

    /** Returns the trust store that replaces Java's own for both APIs. */
    public Optional<Path> trustStore() {
        return properties.text("jobo.http.trust-store").map(Path::of);
    }

    /** Returns the maximum size of a response of either API, in uncompressed bytes. */
    public int maxAnswerBytes() {
        return properties.number("jobo.http.max-answer-bytes", 1_000_000, Integer.MAX_VALUE);
    }

    /** Returns the factor applied to every wait before a retry. */
    public double timeScale() {
        return properties.required("jobo.retry.time-scale", "a number from 0 up", value -> {
            double scale = Double.parseDouble(value);
            if (!(scale >= 0 && scale <= 1000)) {
                throw new IllegalArgumentException();
            }
            return scale;
        });
    }
}
