package dev.jobfeed.cli.rehearse;

import java.util.List;

/**
 * What a rehearsal has shown of a promise.
 *
 * @param name name of the promise on the command line
 * @param promise the promise, as a sentence
 * @param expected what a broken promise expected; null otherwise
 * @param happened what happened instead, or why the promise was not checked; null if it is kept
 * @param suspects the edits, the most suspect first; empty unless the promise is broken
 * @param millis how long its scenario took, in milliseconds
 */
public record Result(
        String name,
        String promise,
        Verdict verdict,
        String expected,
        String happened,
        List<StepEdit> suspects,
        long millis) {

    /** Whether a promise is kept. */
    public enum Verdict {
        KEPT("kept"),
        BROKEN("broken"),
        NOT_CHECKED("not checked");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        /** Returns the verdict for a line of text. */
        public String words() {
            return words;
        }
    }
}
