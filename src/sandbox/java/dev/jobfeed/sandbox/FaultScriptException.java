package dev.jobfeed.sandbox;

/** A fault script that cannot be used; the message names the rule, its field, and what would do. */
public final class FaultScriptException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    FaultScriptException(String message) {
        super(message);
    }

    /** Reports one field of the rule with this number, counted from 1. */
    static FaultScriptException at(int rule, String field, String problem) {
        return new FaultScriptException("Rule " + rule + ", field \"" + field + "\": " + problem + ".");
    }
}
