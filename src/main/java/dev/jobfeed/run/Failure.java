package dev.jobfeed.run;

/**
 * Why an attempt ended before its work was done, for a person.
 *
 * @param condition what kind of trouble it is, as a stable word; alerts are raised once for each
 * @param message what happened
 * @param remedy what to do about it
 */
public record Failure(String condition, String message, String remedy) {

    /** Both sentences. */
    public String text() {
        return remedy.isEmpty() ? message : message + " " + remedy;
    }
}
