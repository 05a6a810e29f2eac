package dev.jobfeed.cli.rehearse;

/** Reports that the routes lack what a promise is about. */
final class NotCheckedException extends Exception {

    private static final long serialVersionUID = 1L;

    NotCheckedException(String reason) {
        super(reason);
    }
}
