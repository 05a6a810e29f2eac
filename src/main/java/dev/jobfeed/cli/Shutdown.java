package dev.jobfeed.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.LoggerFactory;

/** Closes a command's resources in reverse order: when the command is done, or when a signal ends the process. */
final class Shutdown implements AutoCloseable {

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private volatile boolean closing;

    Shutdown() {
        java.lang.Runtime.getRuntime().addShutdownHook(new Thread(this::close, "jobfeed-stop"));
    }

    <T extends AutoCloseable> T closes(T resource) {
        synchronized (resources) {
            resources.push(resource);
        }
        return resource;
    }

    /** Returns whether the shutdown has begun, so that later failures are its consequence. */
    boolean isClosing() {
        return closing;
    }

    @Override
    public void close() {
        closing = true;
        synchronized (resources) {
            while (!resources.isEmpty()) {
                try {
                    resources.pop().close();
                } catch (Exception e) {
                    LoggerFactory.getLogger(Shutdown.class).warn("Not everything was closed: {}", e.getMessage());
                }
            }
        }
    }
}
