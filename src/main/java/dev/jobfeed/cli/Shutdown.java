package dev.jobfeed.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.LoggerFactory;

/** Closes what a command opened, in the opposite order: when the command is done, or when a signal ends the process. */
final class Shutdown implements AutoCloseable {

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private volatile boolean closing;

    Shutdown() {
        java.lang.Runtime.getRuntime().addShutdownHook(new Thread(this::close, "jobfeed-stop"));
    }

    <T extends AutoCloseable> T closes(T resource) {
        synchronized (open) {
            open.push(resource);
        }
        return resource;
    }

    /** Whether everything is being closed, so that what fails now fails for that. */
    boolean isClosing() {
        return closing;
    }

    @Override
    public void close() {
        closing = true;
        synchronized (open) {
            while (!open.isEmpty()) {
                try {
                    open.pop().close();
                } catch (Exception e) {
                    LoggerFactory.getLogger(Shutdown.class).warn("Not everything was closed: {}", e.getMessage());
                }
            }
        }
    }
}
