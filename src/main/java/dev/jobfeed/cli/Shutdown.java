package dev.jobfeed.cli;

import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a command's resources in reverse order: when the command is done, or when a signal ends the process. A signal is
 * acknowledged in the log. A second one ends the process at once, which is as safe as a power failure: whatever is not
 * committed is repeated by the next attempt.
 */
final class Shutdown implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);
    private static final AtomicBoolean SIGNALLED = new AtomicBoolean();

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private volatile boolean closing;

    Shutdown() {
        java.lang.Runtime.getRuntime().addShutdownHook(new Thread(this::close, "jobfeed-stop"));
        acknowledge("INT", 130);
        acknowledge("TERM", 143);
    }

    /**
     * Uses the only API for signals, in the module {@code jdk.unsupported}; by its name, because compilers warn of it
     * and nothing suppresses that.
     */
    private static void acknowledge(String name, int exitCode) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object end = Proxy.newProxyInstance(
                    Shutdown.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, received) -> {
                        end(name, exitCode);
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), end);
        } catch (ReflectiveOperationException e) {
            LOG.debug("SIG{} is not handled, as set by an option of Java", name, e);
        }
    }

    private static void end(String signal, int exitCode) {
        if (SIGNALLED.getAndSet(true)) {
            LOG.warn("SIG{} received again, ending at once", signal);
            java.lang.Runtime.getRuntime().halt(exitCode);
        }
        LOG.info("SIG{} received, stopping; a second signal ends the process at once", signal);
        System.exit(exitCode);
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
                    LOG.warn("Not everything was closed: {}", e.getMessage());
                }
            }
        }
    }
}
