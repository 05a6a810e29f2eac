package dev.jobfeed.problem;

import dev.jobfeed.feed.PrintableText;

/**
 * Describes why an attempt ended early, for the operator.
 *
 * @param condition identifier of an {@link AlertCondition}, or code of Jobby.dev; an alert is raised once per condition
 * @param message what happened
 * @param remedy what to do about it
 */
public record Problem(String condition, String message, String remedy) {

    /** Makes text of a server or database printable, because it is shown in logs, alerts and terminals. */
    public Problem {
        message = PrintableText.of(message);
        remedy = PrintableText.of(remedy);
    }

    /** Creates a problem with the remedy of its condition. */
    public Problem(AlertCondition condition, String message) {
        this(condition, message, condition.remedy());
    }

    /** Creates a problem with a remedy of its own. */
    public Problem(AlertCondition condition, String message, String remedy) {
        this(condition.id(), message, remedy);
    }

    /** Remedy of a problem that needs nothing but time. */
    public static final String GOES_ON = "The next attempt resumes from here.";

    /**
     * Returns this problem without the reference to the next attempt, for operations that are not part of an attempt.
     */
    public Problem withoutAttempt() {
        return new Problem(condition, message, remedy.replace(GOES_ON, "").strip());
    }

    /** Returns message and remedy as one text. */
    public String text() {
        return remedy.isEmpty() ? message : message + " " + remedy;
    }
}
