package dev.jobfeed.sandbox;

/** A request to either API, as far as faults look at it. */
public interface TargetedRequest {

    /** Where it goes. */
    Target endpoint();

    /** The method. */
    String method();

    /** The path. */
    String path();

    /** The raw query, empty when there is none. */
    String query();

    /** The body as text, empty when there is none. */
    String body();
}
