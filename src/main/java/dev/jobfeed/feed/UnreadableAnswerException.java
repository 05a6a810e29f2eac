package dev.jobfeed.feed;

import java.io.IOException;

/** An answer that arrived but is not what the API promises; as good as no answer, so it is asked for again. */
public final class UnreadableAnswerException extends IOException {

    private static final long serialVersionUID = 1L;

    public UnreadableAnswerException(String message) {
        super(PrintableText.of(message));
    }

    public UnreadableAnswerException(String message, Throwable cause) {
        super(PrintableText.of(message), cause);
    }
}
