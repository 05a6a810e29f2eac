package dev.jobfeed.sandbox.http;

/** What a fault rule can be about: an endpoint of either API, or the webhook deliveries. */
public interface Target {

    /** Returns the name in fault scripts. */
    String script();
}
