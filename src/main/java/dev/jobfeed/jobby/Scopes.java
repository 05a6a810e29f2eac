package dev.jobfeed.jobby;

import java.util.Map;
import java.util.Optional;

/** Which scope an endpoint needs; Jobby.dev REST API, "Authentication". The answer does not say, so it is a guess. */
final class Scopes {

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

    private Scopes() {}

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
