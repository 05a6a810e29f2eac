package dev.jobfeed.sandbox;

/**
 * A request to the API, without its key.
 *
 * @param sequence 1 for the first request to its endpoint, and so on
 * @param query the raw query, empty when there is none
 * @param body the body as text, empty when there is none
 */
public record ApiRequest(long sequence, Endpoint endpoint, String method, String path, String query, String body)
        implements TargetedRequest {}
