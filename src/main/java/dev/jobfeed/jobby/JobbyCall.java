package dev.jobfeed.jobby;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * One call to Jobby.dev, the same for all its retries. Routes keep it in the exchange property {@code jobbyCall}, on
 * the caller's exchange until the outcome is known, so that a redelivery by the caller repeats the call.
 *
 * @param exchangeId exchange of the caller; a copy of it makes calls of its own
 * @param method HTTP method, in upper case
 * @param path below the base path
 * @param query nullable
 * @param body JSON; null for GET and DELETE
 * @param key Idempotency-Key; null for GET
 * @param firstAt time of the first call with this key
 */
public record JobbyCall(
        String exchangeId, String method, String path, String query, String body, String key, Instant firstAt) {

    /** "If the same key is replayed within 24 hours, the original response is returned", "Idempotency". */
    private static final Duration KEY_LIFETIME = Duration.ofHours(24);

    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");

    /** Without percent-encoding and path parameters, behind which a server would find another operation. */
    private static final Pattern PATH = Pattern.compile("(/(?![.]{1,2}(/|$))[\\w.~!$&'()*+,=:@-]+)+");

    private static final Pattern UUID_V4 =
            Pattern.compile("(?i)[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");

    /**
     * Checks what the caller has set.
     *
     * @throws IllegalArgumentException if it cannot be sent, or is reserved for humans
     */
    public JobbyCall {
        if (!METHODS.contains(method)) {
            throw new IllegalArgumentException(
                    "jobbyMethod is '" + method + "'; it takes GET, POST, PUT, PATCH or DELETE.");
        }
        if (path == null || !PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("jobbyPath is '" + path
                    + "'; it takes a path below jobby.base-url such as /queue/status, without '%' and ';', and"
                    + " the query in jobbyQuery.");
        }
        if (JobbyOperation.of(method, path).access() == JobbyOperation.Access.HUMAN) {
            throw new IllegalArgumentException(method + " " + path + " is not sent: " + JobbyOperation.humanRule(path));
        }
        if (key != null && !UUID_V4.matcher(key).matches()) {
            throw new IllegalArgumentException("jobbyIdempotencyKey is '" + key + "'; it takes a UUID of version 4.");
        }
    }

    /**
     * Returns this call with its Idempotency-Key: the one that the caller gave; that of the previous call, if this is
     * its repetition; or a new one.
     *
     * @param previous call of the caller whose outcome is not known; nullable
     */
    JobbyCall withKey(JobbyCall previous) {
        if (method.equals("GET")) {
            return this;
        }
        boolean repeats = previous != null
                && exchangeId.equals(previous.exchangeId)
                && method.equals(previous.method)
                && path.equals(previous.path)
                && Objects.equals(query, previous.query)
                && Objects.equals(body, previous.body)
                && (key == null || key.equals(previous.key));
        if (repeats) {
            return previous;
        }
        String own = key == null ? UUID.randomUUID().toString() : key;
        return new JobbyCall(exchangeId, method, path, query, body, own, firstAt);
    }

    /**
     * Checks that the key still protects against a second effect.
     *
     * @throws IllegalStateException if it is too old
     */
    void checkKey(Instant now) {
        if (key != null && !now.isBefore(firstAt.plus(KEY_LIFETIME))) {
            throw new IllegalStateException(method + " " + path + " is not repeated: its outcome is unknown, and its"
                    + " Idempotency-Key of " + firstAt + " protects for 24 h only. Look at Jobby.dev whether it took"
                    + " effect; a new value of jobbyIdempotencyKey sends it again.");
        }
    }

    /** Returns the operation of the table that this call is for. */
    public JobbyOperation operation() {
        return JobbyOperation.of(method, path);
    }
}
