package dev.jobfeed.problem;

import dev.jobfeed.feed.PrintableText;

/**
 * Why an attempt ended before its work was done, for an operator.
 *
 * @param condition what kind of trouble it is, as a stable word; alerts are raised once for each
 * @param message what happened
 * @param remedy what to do about it
 */
public record Problem(String condition, String message, String remedy) {

    /** Makes what a server or a database says printable; it ends in logs, alerts and on terminals. */
    public Problem {
        message = PrintableText.of(message);
        remedy = PrintableText.of(remedy);
    }

    /** What a remedy says when nothing but time is needed. */
    public static final String GOES_ON = "The next attempt goes on from here.";

    /** The same where there is no attempt that could go on, as for a look ahead. */
    public Problem withoutAttempt() {
        return new Problem(condition, message, remedy.replace(GOES_ON, "").strip());
    }

    /** Both sentences. */
    public String text() {
        return remedy.isEmpty() ? message : message + " " + remedy;
    }
}
