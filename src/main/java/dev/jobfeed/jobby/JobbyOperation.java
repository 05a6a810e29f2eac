package dev.jobfeed.jobby;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Describes the operations of the API, by method and path template: the only table of scopes and rate limits. Source:
 * Jobby.dev REST API, "Authentication" and "Rate limits". An operation that is not in the table is derived from its
 * path.
 *
 * @param method HTTP method; {@code *} in the table for any
 * @param path template below the base path, with {@code {id}} for ids
 * @param access who can call it
 * @param scope scope that a token needs; empty if there is none, or none is known
 * @param perMinute requests a minute until a response states the limit
 * @param isListed whether the operation is in the table
 * @param isDocumented whether the documentation names the path; otherwise path and scope are assumptions
 */
public record JobbyOperation(
        String method,
        String path,
        Access access,
        Optional<String> scope,
        int perMinute,
        boolean isListed,
        boolean isDocumented) {

    /** Who can call an operation. */
    public enum Access {
        /** Called without a token. */
        PUBLIC,
        /** Called with a token that has the scope. */
        TOKEN,
        /** "A token cannot accept a match or join the live video room." */
        HUMAN
    }

    private static final int READS = 60;
    private static final int WRITES = 30;
    private static final int COST_BEARING = 3;

    private static final List<JobbyOperation> TABLE = List.of(
            new JobbyOperation("GET", "/live-events", Access.PUBLIC, Optional.empty(), READS, true, true),
            new JobbyOperation("GET", "/openapi.json", Access.PUBLIC, Optional.empty(), READS, true, true),
            of("GET", "/profile", "profile:read", READS),
            of("POST", "/queue/join", "queue:write", WRITES),
            of("GET", "/queue/status", "queue:read", READS),
            of("GET", "/matches", "matches:read", READS),
            assumed("POST", "/matches/{id}/decline", "matches:write", WRITES),
            of("GET", "/matches/{id}/interview-room-url", "matches:read", COST_BEARING),
            new JobbyOperation("*", "/matches/{id}/accept", Access.HUMAN, Optional.empty(), WRITES, true, true),
            new JobbyOperation("*", "/matches/{id}/join", Access.HUMAN, Optional.empty(), WRITES, true, true),
            of("POST", "/billing/charge-offsession", "billing:write", COST_BEARING),
            assumed("POST", "/events", "events:write", WRITES),
            assumed("GET", "/webhooks", "webhooks:read", READS),
            of("POST", "/webhooks", "webhooks:write", WRITES),
            assumed("DELETE", "/webhooks/{id}", "webhooks:write", WRITES),
            of("POST", "/webhooks/{id}/test", "webhooks:write", WRITES),
            of("GET", "/webhooks/{id}/deliveries", "webhooks:read", READS));

    /** Scopes by the first part of a path, each with {@code :read} and {@code :write}. */
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

    /** Names of resources and actions; any other part of a path is an id. */
    private static final Pattern NAME = Pattern.compile("[a-z]+(-[a-z]+)*([.][a-z]+)?");

    private static JobbyOperation of(String method, String path, String scope, int perMinute) {
        return new JobbyOperation(method, path, Access.TOKEN, Optional.of(scope), perMinute, true, true);
    }

    private static JobbyOperation assumed(String method, String path, String scope, int perMinute) {
        return new JobbyOperation(method, path, Access.TOKEN, Optional.of(scope), perMinute, true, false);
    }

    /** Returns the operations of the table. */
    public static List<JobbyOperation> table() {
        return TABLE;
    }

    /**
     * Returns the operation of a request.
     *
     * @param path below the base path, such as {@code /matches/mat_7/decline}
     */
    public static JobbyOperation of(String method, String path) {
        return TABLE.stream()
                .filter(operation -> operation.covers(method, path))
                .findFirst()
                .orElseGet(() -> derived(method, path));
    }

    /** Returns whether a request is for this operation; what is reserved for humans is so in any case of letters. */
    private boolean covers(String requested, String requestedPath) {
        String template = path.replace(".", "[.]").replace("{id}", "[^/]+");
        return (method.equals("*") || method.equals(requested))
                && requestedPath.matches(access == Access.HUMAN ? "(?i)" + template : template);
    }

    /** Derives what the documentation leaves open; responses correct the rate limit. */
    private static JobbyOperation derived(String method, String path) {
        String template = Stream.of(path.split("/", -1))
                .map(part -> part.isEmpty() || NAME.matcher(part).matches() ? part : "{id}")
                .collect(Collectors.joining("/"));
        String[] parts = path.split("/");
        boolean reads = method.equals("GET");
        return new JobbyOperation(
                method,
                template,
                Access.TOKEN,
                Optional.ofNullable(parts.length < 2 ? null : RESOURCES.get(parts[1]))
                        .map(resource -> resource + (reads ? ":read" : ":write")),
                reads ? READS : WRITES,
                false,
                false);
    }

    /** Returns method and path template. */
    public String id() {
        return method + " " + path;
    }

    /**
     * Returns the remedy for a token that lacks the scope of this operation. Never names a scope that does not help.
     *
     * @param requested path of the request
     */
    String scopeRemedy(String requested) {
        return switch (access) {
            case HUMAN -> "No scope allows it: " + humanRule(requested);
            case PUBLIC -> "No scope changes that: it is documented as public, and called without a token.";
            case TOKEN ->
                "The token " + (isDocumented ? "needs" : "probably needs") + " the scope "
                        + scope.orElse("of this endpoint") + "; mint one that has it, and set jobby.token.";
        };
    }

    /** Returns where a match is accepted and its room is joined. */
    static String humanRule(String requested) {
        return "only humans accept a match or join its room, in a browser at account/matches/"
                + requested.split("/")[2] + ".";
    }
}
