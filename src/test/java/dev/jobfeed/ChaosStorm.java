package dev.jobfeed;

import dev.jobfeed.sandbox.ApiRequest;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Interceptor;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.World;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What happens at the sandbox while attempts are at work: faults, moves of the world, and a blow at a drawn moment. */
final class ChaosStorm implements Interceptor, AutoCloseable {

    private record Blow(int request, Duration delay, Runnable strike) {}

    private final Sandbox sandbox;
    private final Random random;
    private final ChaosDiary diary;
    private final Interceptor faults;
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private final List<UUID> restless = new ArrayList<>();
    private int requests;
    private int moves;
    private Blow blow;
    private Future<?> underWay;

    ChaosStorm(Sandbox sandbox, List<FaultRule> script, Random random, ChaosDiary diary) {
        this.sandbox = sandbox;
        this.random = random;
        this.diary = diary;
        this.faults = sandbox.faults(script);
        sandbox.intercept(this);
    }

    @Override
    public Verdict decide(ApiRequest request) throws IOException, InterruptedException {
        synchronized (this) {
            requests++;
            if (blow != null && requests == blow.request()) {
                fall();
            }
            if (random.nextInt(3) == 0) {
                drift();
            }
            if (random.nextInt(6) == 0) {
                later.schedule(this::drift, random.nextInt(40), TimeUnit.MILLISECONDS);
            }
        }
        return faults.decide(request);
    }

    /** Lets something happen a delay after the so manieth request from now, or after the delay alone for 0. */
    synchronized void expect(int request, Duration delay, Runnable strike) {
        blow = new Blow(requests + request, delay, strike);
        if (request == 0) {
            fall();
        }
    }

    private void fall() {
        underWay = later.schedule(blow.strike(), blow.delay().toNanos(), TimeUnit.NANOSECONDS);
        blow = null;
    }

    /** Takes back what has not happened yet. */
    synchronized void expectNothing() {
        blow = null;
        if (underWay != null) {
            underWay.cancel(false);
        }
    }

    private void drift() {
        move(4);
    }

    /** Moves the world between two attempts, from a little to enough for several pages. */
    void gust() {
        move(1 << random.nextInt(7));
    }

    /** The same few jobs are moved again and again. */
    private synchronized void move(int most) {
        World world = sandbox.world();
        List<UUID> created = world.createJobs(random.nextInt(most));
        List<UUID> updated = world.updateJobs(random.nextInt(most));
        List<UUID> expired = world.expireJobs(random.nextInt(most));
        List<UUID> returned = world.returnJobs(random.nextInt(1 + most / 2));
        StringBuilder again = new StringBuilder();
        for (int i = random.nextInt(3); i > 0 && !restless.isEmpty(); i--) {
            UUID id = restless.get(random.nextInt(restless.size()));
            boolean done =
                    switch (random.nextInt(3)) {
                        case 0 -> world.updateJob(id);
                        case 1 -> world.expireJob(id);
                        default -> world.returnJob(id);
                    };
            again.append(done ? " " + id : "");
        }
        for (List<UUID> moved : List.of(created, updated, expired, returned)) {
            restless.addAll(moved);
        }
        restless.subList(0, Math.max(0, restless.size() - 20)).clear();
        moves++;
        diary.add("created " + created + ", updated " + updated + ", expired " + expired + ", returned " + returned
                + ", moved again" + again);
    }

    synchronized int moves() {
        return moves;
    }

    /** Nothing fails, and nothing moves any more. */
    void calm() throws InterruptedException {
        sandbox.intercept(null);
        later.shutdown();
        if (!later.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("The storm does not end.");
        }
    }

    @Override
    public void close() {
        later.shutdownNow();
    }
}
