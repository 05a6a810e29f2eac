package dev.jobfeed.console;

import dev.jobfeed.schedule.ScheduledStream;

/** Thrown when a request is rejected, with the HTTP status of the response. */
public final class HttpProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String allowed;

    /**
     * Creates a rejection.
     *
     * @param status HTTP status
     * @param message cause and remedy, for an operator
     */
    public HttpProblemException(int status, String message) {
        this(status, message, null);
    }

    private HttpProblemException(int status, String message, String allowed) {
        super(message);
        this.status = status;
        this.allowed = allowed;
    }

    /** Creates the rejection of a path that does not exist. */
    static HttpProblemException nothing(String path) {
        return new HttpProblemException(404, "There is nothing at " + path + ".");
    }

    /** Creates a rejection of an HTTP method; {@code allowed} lists the accepted methods, separated by commas. */
    static HttpProblemException method(String requested, String allowed) {
        return new HttpProblemException(405, "This path supports " + allowed + ", not " + requested + ".", allowed);
    }

    /**
     * Finds a stream by its name.
     *
     * @throws HttpProblemException with 404 if there is no such stream
     */
    static ScheduledStream stream(String name) {
        return ScheduledStream.named(name)
                .orElseThrow(() -> new HttpProblemException(
                        404, "There is no stream '" + name + "'; it is jobs, career_sites or jobby_live_events."));
    }

    public int getStatus() {
        return status;
    }

    /** Returns the accepted methods; null unless the method was rejected. */
    public String getAllowed() {
        return allowed;
    }
}
