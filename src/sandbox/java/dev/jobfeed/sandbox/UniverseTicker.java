package dev.jobfeed.sandbox;

import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Moves the world by itself, so many jobs a minute, evenly. */
final class UniverseTicker implements AutoCloseable {

    private static final long TICK_MILLIS = 50;
    private static final double MINUTE_NANOS = 60e9;

    private record Return(Instant at, UUID id) {}

    private final Clock clock;
    private final JobUniverse world;
    private final double[] perMinute;
    private final double[] due = new double[3];
    private final Queue<Return> returns = new PriorityQueue<>(Comparator.comparing(Return::at));
    private final SeededRandom random;
    private final ScheduledExecutorService ticker;
    private long lastTick = System.nanoTime();

    UniverseTicker(JobUniverse world, SandboxOptions options) {
        this.world = world;
        this.clock = options.clock();
        this.perMinute = new double[] {options.newPerMinute(), options.updatedPerMinute(), options.expiredPerMinute()};
        this.random = new SeededRandom(options.seed(), 41, 0);
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sandbox-movement");
            thread.setDaemon(true);
            return thread;
        });
        if (options.newPerMinute() + options.updatedPerMinute() + options.expiredPerMinute() > 0) {
            ticker.scheduleAtFixedRate(this::tick, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        long now = System.nanoTime();
        for (int kind = 0; kind < due.length; kind++) {
            due[kind] += perMinute[kind] * (now - lastTick) / MINUTE_NANOS;
        }
        lastTick = now;
        world.createJobs(take(0));
        world.updateJobs(take(1));
        Instant time = clock.instant();
        for (UUID id : world.expireJobs(take(2))) {
            if (random.oneIn(4)) {
                // a few seconds to a minute later: long enough for a sync to have seen it gone
                returns.add(new Return(time.plusSeconds(5 + random.below(55)), id));
            }
        }
        while (!returns.isEmpty() && !returns.peek().at().isAfter(time)) {
            world.returnJob(returns.poll().id());
        }
    }

    private int take(int kind) {
        int whole = (int) due[kind];
        due[kind] -= whole;
        return whole;
    }

    @Override
    public void close() {
        ticker.shutdownNow();
    }
}
