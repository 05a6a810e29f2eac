package dev.jobfeed.run;

import dev.jobfeed.feed.PrintableText;

/**
 * Why an attempt ended before its work was done, for a person.
 *
 * @param condition what kind of trouble it is, as a stable word; alerts are raised once for each
 * @param message what happened
 * @param remedy what to do about it
 */
public record Failure(String condition, String message, String remedy) {

    /** Makes what a server or a database says printable; it ends in logs, alerts and on terminals. */
    public Failure {
        message = PrintableText.of(message);
        remedy = PrintableText.of(remedy);
    }

    /** What a remedy says when nothing but time is needed. */
    static final String GOES_ON = "The next attempt goes on from here.";

    /** The same where there is no attempt that could go on, as for a look ahead. */
    public Failure withoutAttempt() {
        return new Failure(condition, message, remedy.replace(GOES_ON, "").strip());
    }

    /** Both sentences. */
    public String text() {
        return remedy.isEmpty() ? message : message + " " + remedy;
    }
}
