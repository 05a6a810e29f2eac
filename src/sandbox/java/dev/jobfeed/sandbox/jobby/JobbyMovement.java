package dev.jobfeed.sandbox.jobby;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Moves the fair by itself, so often a minute, evenly. */
final class JobbyMovement {

    private static final long TICK_MILLIS = 50;
    private static final double MINUTE_NANOS = 60e9;

    private final JobFair fair;
    private final JobbyOptions options;
    private final ScheduledExecutorService ticker;
    private long lastTick = System.nanoTime();
    private double eventsDue;
    private double queueMovesDue;

    JobbyMovement(JobFair fair, JobbyOptions options) {
        this.fair = fair;
        this.options = options;
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "jobby-movement");
            thread.setDaemon(true);
            return thread;
        });
        if (options.liveEventsPerMinute() + options.queueMovesPerMinute() > 0) {
            ticker.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        long now = System.nanoTime();
        double minutes = (now - lastTick) / MINUTE_NANOS;
        lastTick = now;
        eventsDue += options.liveEventsPerMinute() * minutes;
        queueMovesDue += options.queueMovesPerMinute() * minutes;
        for (; eventsDue >= 1; eventsDue--) {
            fair.addLiveEvent();
            fair.endOldestLiveEvent();
        }
        for (; queueMovesDue >= 1; queueMovesDue--) {
            moveQueues();
        }
    }

    private void moveQueues() {
        try {
            fair.liveEvents().forEach(event -> fair.advanceQueue(event.id()));
            fair.expireOverdue();
        } catch (IllegalArgumentException e) {
            // somebody moved the same place or match first; the next tick goes on from there
        }
    }

    void close() {
        ticker.shutdownNow();
    }
}
