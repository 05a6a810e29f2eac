package dev.jobfeed.sandbox.http;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** Calls a task every 50 ms with the minutes that have gone by since the last call. */
public final class Ticker implements AutoCloseable {

    private static final long TICK_MILLIS = 50;
    private static final double MINUTE_NANOS = 60e9;

    /** What is done at each tick. */
    @FunctionalInterface
    public interface Task {
        void tick(double minutes);
    }

    private final ScheduledExecutorService executor;
    private long lastTick = System.nanoTime();

    /**
     * Starts to tick.
     *
     * @param perMinute how much the task has to do; at 0 it is never called
     */
    public Ticker(String thread, double perMinute, Task task) {
        executor = Executors.newSingleThreadScheduledExecutor(daemon(thread));
        if (perMinute > 0) {
            executor.scheduleAtFixedRate(() -> tick(task), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick(Task task) {
        long now = System.nanoTime();
        double minutes = (now - lastTick) / MINUTE_NANOS;
        lastTick = now;
        task.tick(minutes);
    }

    public static ThreadFactory daemon(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
