package dev.jobfeed.lease;

/** Another attempt holds the stream; it ends or its lease runs out. */
public final class StreamLockedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StreamLockedException(String message) {
        super(message);
    }
}
