package dev.jobfeed.cli.rehearse;

import java.util.Objects;

/** Reports what a scenario expected, and what happened instead. */
final class BrokenPromiseException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String expected;

    BrokenPromiseException(String expected, String happened) {
        super(happened);
        this.expected = expected;
    }

    /** Throws the exception unless a promise is kept. */
    static void check(boolean kept, String expected, Object happened) throws BrokenPromiseException {
        if (!kept) {
            throw new BrokenPromiseException(expected, String.valueOf(happened));
        }
    }

    /** Checks that a value is as expected. */
    static void checkEqual(String what, Object expected, Object happened) throws BrokenPromiseException {
        check(Objects.equals(expected, happened), what + ": " + expected, what + ": " + happened);
    }

    String expected() {
        return expected;
    }
}
