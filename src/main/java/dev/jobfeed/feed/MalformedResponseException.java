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

    /** What is wrong with the response. */
    public enum Defect {

        /** It is not what the API documents. */
        UNREADABLE,

        /** A page of the feed has a next page and no cursor. */
        FEED_TRUNCATED,

        /** A page of expired ids has a next page and no cursor. */
        SWEEP_TRUNCATED,

        /** None of several expired ids is readable. */
        SWEEP_UNREADABLE
    }

    private final Defect defect;

    public MalformedResponseException(String message) {
        this(Defect.UNREADABLE, message);
    }

    public MalformedResponseException(String message, Throwable cause) {
        super(printable(message), cause);
        this.defect = Defect.UNREADABLE;
    }

    MalformedResponseException(Defect defect, String message) {
        super(printable(message));
        this.defect = defect;
    }

    private static String printable(String message) {
        return PrintableText.of(message.length() > MAX_LENGTH ? message.substring(0, MAX_LENGTH) + "..." : message);
    }

    /** Returns what is wrong with the response. */
    public Defect defect() {
        return defect;
    }
}
