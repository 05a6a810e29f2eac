package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.Target;
import java.util.Locale;
import java.util.regex.Pattern;

/** What the API offers here, and one thing no client may ever call. */
public enum JobbyEndpoint implements Target {
    /** The events that are live; public. */
    LIVE_EVENTS("GET", "/live-events", null, 60),
    /** The profile of the token's owner. */
    PROFILE("GET", "/profile", "profile:read", 60),
    /** A place in an event's queue. */
    QUEUE_JOIN("POST", "/queue/join", "queue:write", 30),
    /** How the place is doing. */
    QUEUE_STATUS("GET", "/queue/status", "queue:read", 60),
    /** Recent matches, newest first. */
    MATCHES("GET", "/matches", "matches:read", 60),
    /** The room of an accepted match: each one costs the service money, and the room is for humans only. */
    INTERVIEW_ROOM_URL("GET", "/matches/{id}/interview-room-url", "matches:read", 3),
    /** Accepting a match, by any method. No token can; a request here is a client's mistake. */
    MATCH_ACCEPT(null, "/matches/{id}/accept", null, 30),
    /** Declining a match, which a token can. The path is not documented, that it is a mutating endpoint is. */
    MATCH_DECLINE("POST", "/matches/{id}/decline", "matches:write", 30),
    /** A charge in the absence of its payer. */
    CHARGE_OFF_SESSION("POST", "/billing/charge-offsession", "billing:write", 3),
    /** A new live event. The path is not documented, that it is a mutating endpoint is. */
    EVENT_CREATE("POST", "/events", "events:write", 30),
    /** A new webhook subscription. */
    WEBHOOK_CREATE("POST", "/webhooks", "webhooks:write", 30),
    /** The subscriptions, without their secrets. */
    WEBHOOK_LIST("GET", "/webhooks", "webhooks:read", 60),
    /** The end of a subscription. */
    WEBHOOK_DELETE("DELETE", "/webhooks/{id}", "webhooks:write", 30),
    /** A synthetic event to one subscription. */
    WEBHOOK_TEST("POST", "/webhooks/{id}/test", "webhooks:write", 30),
    /** The latest deliveries to one subscription. */
    WEBHOOK_DELIVERIES("GET", "/webhooks/{id}/deliveries", "webhooks:read", 60),
    /** The description of the API, which the documentation calls "the source of truth"; public. */
    OPENAPI("GET", "/openapi.json", null, 60),
    /** Anything else under the base path; it answers 404. */
    OTHER(null, null, null, 0);

    private final String method;
    private final String path;
    private final Pattern pattern;
    private final String scope;
    private final int perMinute;

    JobbyEndpoint(String method, String path, String scope, int perMinute) {
        this.method = method;
        this.path = path;
        this.pattern = path == null ? null : Pattern.compile(path.replace("{id}", "[^/]+"));
        this.scope = scope;
        this.perMinute = perMinute;
    }

    @Override
    public String script() {
        return "jobby_" + name().toLowerCase(Locale.ROOT);
    }

    /** Returns the method; null for any. */
    public String method() {
        return method;
    }

    /** Returns the path below the base path, ids as {@code {id}}; null for all that is nowhere else. */
    public String path() {
        return path;
    }

    /** Returns the scope a token needs; null for what is public, and for what no scope allows. */
    String scope() {
        return scope;
    }

    boolean isPublic() {
        return scope == null && this != MATCH_ACCEPT;
    }

    /** Returns how many requests a minute one token may send ("Rate limits": 60 reads, 30 writes, 3 that cost). */
    int perMinute() {
        return perMinute;
    }

    boolean mutates() {
        return method != null && !method.equals("GET");
    }

    /** Returns the endpoint for a method and a path below the base path. */
    static JobbyEndpoint at(String method, String path) {
        for (JobbyEndpoint endpoint : values()) {
            if (endpoint.pattern != null
                    && endpoint.pattern.matcher(path).matches()
                    && (endpoint.method == null || endpoint.method.equals(method))) {
                return endpoint;
            }
        }
        return OTHER;
    }
}
