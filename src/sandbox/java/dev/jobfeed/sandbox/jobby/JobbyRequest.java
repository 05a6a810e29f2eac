package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.TargetedRequest;
import java.util.Map;

/**
 * A request to the API, without its token.
 *
 * @param sequence 1 for the first request to its endpoint, and so on
 * @param path the path below the base path, such as {@code /queue/join}
 * @param query the raw query, empty when there is none
 * @param body the body as text, empty when there is none
 * @param headers the headers by their lower-case names, {@code authorization} left out
 */
public record JobbyRequest(
        long sequence,
        JobbyEndpoint endpoint,
        String method,
        String path,
        String query,
        String body,
        Map<String, String> headers)
        implements TargetedRequest {

    public JobbyRequest {
        headers = Map.copyOf(headers);
    }

    /** The key that makes a repeated request harmless; null when the request came without one. */
    public String idempotencyKey() {
        return headers.get("idempotency-key");
    }

    /** The id in a path such as {@code /matches/{id}/accept}. */
    String id() {
        return path.split("/")[2];
    }
}
