package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.Ticker;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.UUID;
import java.util.stream.DoubleStream;

/** Changes the jobs by itself, so many a minute, evenly. */
final class DatasetTicker implements AutoCloseable {

    private record Return(Instant at, UUID id) {}

    private final InstantSource clock;
    private final Dataset data;
    private final double[] perMinute;
    private final double[] due = new double[3];
    private final Queue<Return> returns = new PriorityQueue<>(Comparator.comparing(Return::at));
    private final SeededRandom random;
    private final Ticker ticker;

    DatasetTicker(Dataset data, SandboxOptions options, InstantSource clock) {
        this.data = data;
        this.clock = clock;
        perMinute = new double[] {options.newPerMinute, options.updatedPerMinute, options.expiredPerMinute};
        random = new SeededRandom(options.seed, 41, 0);
        ticker = new Ticker("sandbox-ticker", DoubleStream.of(perMinute).sum(), this::tick);
    }

    private void tick(double minutes) {
        data.createJobs(take(0, minutes));
        data.updateJobs(take(1, minutes));
        Instant time = clock.instant();
        for (UUID id : data.expireJobs(take(2, minutes))) {
            if (random.oneIn(4)) {
                // a few seconds to a minute later: long enough for a sync to have seen it gone
                returns.add(new Return(time.plusSeconds(5 + random.below(55)), id));
            }
        }
        while (!returns.isEmpty() && !returns.peek().at().isAfter(time)) {
            data.returnJob(returns.poll().id());
        }
    }

    private int take(int kind, double minutes) {
        due[kind] += perMinute[kind] * minutes;
        int whole = (int) due[kind];
        due[kind] -= whole;
        return whole;
    }

    @Override
    public void close() {
        ticker.close();
    }
}
