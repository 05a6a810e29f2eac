package dev.jobfeed.sandbox.http;

import java.util.Map;

/**
 * A request to one of the APIs, without its key or token.
 *
 * @param sequence 1 for the first request to its endpoint, and so on
 * @param path the path below the base path of the API
 * @param query the raw query, empty when there is none
 * @param body the body as text, empty when there is none
 * @param headers the headers by their lower-case names
 */
public record ApiRequest<E extends Target>(
        long sequence, E endpoint, String method, String path, String query, String body, Map<String, String> headers) {

    /** Returns the key that makes a repeated request harmless; null when the request came without one. */
    public String idempotencyKey() {
        return headers.get("idempotency-key");
    }
}
