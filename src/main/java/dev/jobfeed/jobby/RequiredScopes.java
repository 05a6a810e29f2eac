package dev.jobfeed.jobby;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Guesses the scope that an endpoint needs, which the response does not name; Jobby.dev REST API, "Authentication".
 */
final class RequiredScopes {

    private static final Map<String, String> RESOURCES = Map.of(
            "profile", "profile",
            "queue", "queue",
            "matches", "matches",
            "billing", "billing",
            "live-events", "events",
            "events", "events",
            "jobs", "jobs",
            "candidates", "candidates",
            "webhooks", "webhooks",
            "settings", "settings");

    /** "A token cannot accept a match or join the live video room." Jobby.dev REST API, "Authentication". */
    private static final Pattern BROWSER_ONLY = Pattern.compile("/matches/([^/]+)/(accept|join)");

    private RequiredScopes() {}

    /**
     * Returns the remedy for a token that lacks the scope of an endpoint.
     *
     * @param path below the base path, such as {@code /queue/join}
     */
    static String remedy(String method, String path) {
        Matcher browserOnly = BROWSER_ONLY.matcher(path);
        return browserOnly.matches()
                ? "No scope allows it: only humans accept a match or join its room, in a browser at account/matches/"
                        + browserOnly.group(1) + "."
                : "The token probably needs the scope " + likely(method, path).orElse("of this endpoint")
                        + "; mint one that has it, and set jobby.token.";
    }

    /**
     * Returns the scope that a request probably needs; empty for an unknown part of the API.
     *
     * @param path below the base path, such as {@code /queue/join}
     */
    static Optional<String> likely(String method, String path) {
        String[] parts = path.split("/");
        return Optional.ofNullable(parts.length < 2 ? null : RESOURCES.get(parts[1]))
                .map(resource -> resource + (method.equals("GET") ? ":read" : ":write"));
    }
}
