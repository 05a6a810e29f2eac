package dev.jobfeed.config;

import java.net.URI;
import java.time.Duration;

/** Reads the settings of the Jobby.dev API, its queue, live events and webhooks. */
public record JobbySettings(JobfeedProperties properties) {

    /** Jobby.dev REST API, "End-to-end worked example": every ~5 seconds, not faster. */
    private static final Duration POLL_FLOOR = Duration.ofSeconds(5);

    /** Returns the API's base URL, normalized as in {@link JoboSettings#baseUrl()}. */
    public String baseUrl() {
        return properties.serverUrl("jobby.base-url", "https://jobby.dev/api/v1");
    }

    /**
     * Returns the token. Must not be printed.
     *
     * @throws ConfigurationException when there is none, or when it has characters that would break the header it is
     *     sent in
     */
    public String token() {
        String token = properties
                .text("jobby.token")
                .orElseThrow(() -> new ConfigurationException(
                        "jobby.token is not set. Create one at jobby.dev/account/api-tokens, and set the environment"
                                + " variable JOBBY_TOKEN."));
        if (!token.chars().allMatch(c -> c > ' ' && c <= '~')) {
            throw new ConfigurationException("jobby.token has " + token.length()
                    + " characters, some of which are not valid in a token. Copy it again.");
        }
        return token;
    }

    /**
     * Returns the interval between two requests for the queue's status: at least 5 s, because the API asks for that,
     * except against a stand-in on the loopback interface.
     */
    public Duration pollInterval() {
        Duration interval = properties.duration("jobby.poll-interval");
        boolean local = JobfeedProperties.isLoopback(URI.create(baseUrl()).getHost());
        if (interval.compareTo(local ? Duration.ofMillis(1) : POLL_FLOOR) < 0) {
            throw new ConfigurationException("jobby.poll-interval is '"
                    + properties.text("jobby.poll-interval").orElse("")
                    + "'; it takes 5s or more, because Jobby.dev asks not to be polled faster.");
        }
        return interval;
    }

    /** Returns the maximum number of live events that one request asks for. */
    public int liveEventsLimit() {
        return properties.number("jobby.live-events.limit", 1, 1000);
    }

    /** Returns the maximum size of a webhook, in bytes. */
    public int webhookMaxBytes() {
        return properties.number("jobby.webhooks.max-bytes", 1, 1 << 24);
    }
}
