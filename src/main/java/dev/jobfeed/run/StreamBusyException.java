package dev.jobfeed.run;

/** Another attempt holds the stream; it ends or its lease runs out. */
public final class StreamBusyException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StreamBusyException(String message) {
        super(message);
    }
}
