package dev.jobfeed.api;

/** Work that determines the server's time from the {@code Date} headers of its responses. */
public interface ServerTimeObserver {

    /** Returns the server's clock, as known to this work. */
    ServerClock clock();
}
