package dev.jobfeed.console;

import dev.jobfeed.schedule.ScheduledStream;

/** A request that is not answered as it was meant. */
public final class HttpProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String allowed;

    /**
     * A refusal.
     *
     * @param status the HTTP status
     * @param message the cause and the remedy, for an operator
     */
    public HttpProblemException(int status, String message) {
        this(status, message, null);
    }

    private HttpProblemException(int status, String message, String allowed) {
        super(message);
        this.status = status;
        this.allowed = allowed;
    }

    /** A refusal of a method where only others are taken, comma-separated. */
    static HttpProblemException method(String asked, String allowed) {
        return new HttpProblemException(405, "This path takes " + allowed + ", and not " + asked + ".", allowed);
    }

    /**
     * Finds a stream by its name.
     *
     * @throws HttpProblemException with 404 when there is none of that name
     */
    static ScheduledStream stream(String name) {
        return ScheduledStream.named(name)
                .orElseThrow(() -> new HttpProblemException(
                        404, "There is no stream '" + name + "'; it is jobs, career_sites or jobby_live_events."));
    }

    /** The HTTP status. */
    public int getStatus() {
        return status;
    }

    /** The methods that are taken; null when that is not what is wrong. */
    public String getAllowed() {
        return allowed;
    }
}
