package dev.jobfeed.jobby;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which scope an endpoint needs; Jobby.dev REST API, "Authentication". The answer does not say, so it is a guess. */
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
    private static final Pattern BY_PEOPLE = Pattern.compile("/matches/([^/]+)/(accept|join)");

    private RequiredScopes() {}

    /**
     * Says what to do where a token lacks the scope of an endpoint.
     *
     * @param path below the base path, such as {@code /queue/join}
     */
    static String remedy(String method, String path) {
        Matcher byPeople = BY_PEOPLE.matcher(path);
        return byPeople.matches()
                ? "No scope allows it: only humans accept a match or join its room, in a browser at account/matches/"
                        + byPeople.group(1) + "."
                : "The token probably needs the scope " + likely(method, path).orElse("of this endpoint")
                        + "; mint one that has it, and set jobby.token.";
    }

    /**
     * The scope a request probably needs; empty for an unknown part of the API.
     *
     * @param path below the base path, such as {@code /queue/join}
     */
    static Optional<String> likely(String method, String path) {
        String[] parts = path.split("/");
        return Optional.ofNullable(parts.length < 2 ? null : RESOURCES.get(parts[1]))
                .map(resource -> resource + (method.equals("GET") ? ":read" : ":write"));
    }
}
