package dev.jobfeed.feed;

import java.io.IOException;

/**
 * Signals a response that was received but violates the API contract. The request is retried, as if there had been no
 * response.
 */
public final class MalformedResponseException extends IOException {

    private static final long serialVersionUID = 1L;

    /** Maximum length of a message, in characters; it may quote a response header, which has up to 16 KB. */
    private static final int MAX_LENGTH = 500;

    private final String condition;

    public MalformedResponseException(String message) {
        this("unreadable-answer", message);
    }

    public MalformedResponseException(String message, Throwable cause) {
        super(printable(message), cause);
        this.condition = "unreadable-answer";
    }

    /** Creates an exception with its own alert condition. */
    MalformedResponseException(String condition, String message) {
        super(printable(message));
        this.condition = condition;
    }

    private static String printable(String message) {
        return PrintableText.of(message.length() > MAX_LENGTH ? message.substring(0, MAX_LENGTH) + "..." : message);
    }

    /** Returns the condition of the alert that is raised when every retry ends like this. */
    public String condition() {
        return condition;
    }
}
