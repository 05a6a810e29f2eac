package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.Ticker;

/** Moves the fair by itself, so often a minute, evenly. */
final class JobbyTicker implements AutoCloseable {

    private final JobFair fair;
    private final JobbyOptions options;
    private final Ticker ticker;
    private double eventsDue;
    private double queueMovesDue;

    JobbyTicker(JobFair fair, JobbyOptions options) {
        this.fair = fair;
        this.options = options;
        ticker = new Ticker("jobby-ticker", options.liveEventsPerMinute + options.queueMovesPerMinute, this::tick);
    }

    private void tick(double minutes) {
        eventsDue += options.liveEventsPerMinute * minutes;
        queueMovesDue += options.queueMovesPerMinute * minutes;
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
            // a caller moved the same place or match first; the next tick goes on from there
        }
    }

    @Override
    public void close() {
        ticker.close();
    }
}
