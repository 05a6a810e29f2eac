package dev.jobfeed.feed;

import java.io.IOException;

/**
 * Signals a response that was received but violates the API contract. The request is retried, as if there had been no
 * response.
 */
public final class MalformedResponseException extends IOException {

    private static final long serialVersionUID = 1L;

    private final String condition;

    public MalformedResponseException(String message) {
        this("unreadable-answer", message);
    }

    public MalformedResponseException(String message, Throwable cause) {
        super(PrintableText.of(message), cause);
        this.condition = "unreadable-answer";
    }

    /** Creates an exception with its own alert condition. */
    MalformedResponseException(String condition, String message) {
        super(PrintableText.of(message));
        this.condition = condition;
    }

    /** Returns the condition of the alert that is raised when every retry ends like this. */
    public String condition() {
        return condition;
    }
}
