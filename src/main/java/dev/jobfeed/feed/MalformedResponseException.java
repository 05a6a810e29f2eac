package dev.jobfeed.feed;

import java.io.IOException;

/** An answer that arrived but is not what the API promises; as good as no answer, so it is asked for again. */
public final class MalformedResponseException extends IOException {

    private static final long serialVersionUID = 1L;

    /** A message may quote a header of the answer, which has up to 16 KB. */
    private static final int MAX_LENGTH = 500;

    private final String condition;

    public MalformedResponseException(String message) {
        this("unreadable-answer", message);
    }

    public MalformedResponseException(String message, Throwable cause) {
        super(shown(message), cause);
        this.condition = "unreadable-answer";
    }

    /** Creates one whose alert has a condition of its own. */
    MalformedResponseException(String condition, String message) {
        super(shown(message));
        this.condition = condition;
    }

    private static String shown(String message) {
        return PrintableText.of(message.length() > MAX_LENGTH ? message.substring(0, MAX_LENGTH) + "..." : message);
    }

    /** Returns the condition of the alert that is raised when every retry was answered like this. */
    public String condition() {
        return condition;
    }
}
