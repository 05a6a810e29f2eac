package dev.jobfeed.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads the settings of the console and of the HTTP port that serves it. */
public record ConsoleSettings(JobfeedProperties properties) {

    /** Returns whether the console is enabled; a runtime that enables it by default sets the property. */
    public boolean isEnabled() {
        return properties.text("jobfeed.console.enabled").equals(Optional.of("true"));
    }

    /** Returns the address that {@code run} listens on. */
    public String host() {
        return properties.text("jobfeed.http.host").orElse("127.0.0.1");
    }

    /** Returns the port that {@code run} listens on; 0 for any free port. */
    public int port() {
        return properties.number("jobfeed.http.port", 0, 65_535);
    }

    /** Returns the host names that requests may use, besides localhost and IP addresses. */
    public List<String> hostNames() {
        return properties.text("jobfeed.http.hosts").stream()
                .flatMap(names -> Arrays.stream(names.split(",")))
                .map(String::strip)
                .toList();
    }

    /** Returns the configured token for actions; empty if it is not set. Must not be printed. */
    public Optional<String> token() {
        return properties.text("jobfeed.http.token");
    }
}
