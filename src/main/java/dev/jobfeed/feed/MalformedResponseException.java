package dev.jobfeed.feed;

import java.io.IOException;

/** An answer that arrived but is not what the API promises; as good as no answer, so it is asked for again. */
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

    /** Creates one whose alert has a condition of its own. */
    MalformedResponseException(String condition, String message) {
        super(PrintableText.of(message));
        this.condition = condition;
    }

    /** Returns the condition of the alert that is raised when every retry was answered like this. */
    public String condition() {
        return condition;
    }
}
