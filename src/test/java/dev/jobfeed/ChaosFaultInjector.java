package dev.jobfeed;

import dev.jobfeed.sandbox.Dataset;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What happens at the sandbox while attempts are at work: faults, changes of the data, and a blow at a drawn moment. */
final class ChaosFaultInjector implements Interceptor, AutoCloseable {

    private record Blow(int request, Duration delay, Runnable strike) {}

    private final Sandbox sandbox;
    private final Random random;
    private final ChaosEventLog diary;
    private final Interceptor faults;
    private final ChaosCycle cycle;
    private final ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    private final List<UUID> restless = new ArrayList<>();
    private final Set<UUID> returnees = new HashSet<>();
    private int requests;
    private int moves;
    private int movesLeft;
    private int clockRequest;
    private Duration clockOffset;
    private Blow blow;
    private Future<?> underWay;

    ChaosFaultInjector(Sandbox sandbox, List<FaultRule> script, ChaosCycle cycle, Random random, ChaosEventLog diary) {
        this.sandbox = sandbox;
        this.random = random;
        this.diary = diary;
        this.cycle = cycle;
        this.faults = sandbox.faults(script);
        sandbox.intercept(this);
    }

    @Override
    public Verdict decide(ApiRequest<?> request) throws IOException, InterruptedException {
        synchronized (this) {
            requests++;
            if (requests == clockRequest) {
                sandbox.shiftClock(clockOffset);
            }
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
        Verdict led = cycle.decide(request);
        return led == null ? faults.decide(request) : led;
    }

    /**
     * Starts an attempt, during which the data changes a bounded number of times. Without a bound, a sweep in small pages
     * would make the list that it reads grow faster than it reads it.
     */
    synchronized void attempt() {
        movesLeft = random.nextInt(25);
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

    private synchronized void drift() {
        if (movesLeft > 0) {
            movesLeft--;
            move(4);
        }
    }

    /** Sets the server's clock, now or at one of the next requests. */
    synchronized void step(Duration offset) {
        int requests = random.nextInt(6);
        diary.add("the server's clock is off by " + offset + " after " + requests + " requests");
        if (requests == 0) {
            sandbox.shiftClock(offset);
        } else {
            clockRequest = this.requests + requests;
            clockOffset = offset;
        }
    }

    /** Changes the data between two attempts, from a little to enough for several pages. */
    void gust() {
        move(1 << random.nextInt(6));
    }

    /** The same few jobs are changed again and again. */
    private synchronized void move(int most) {
        Dataset data = sandbox.data();
        List<UUID> created = data.createJobs(random.nextInt(most));
        List<UUID> updated = data.updateJobs(random.nextInt(most));
        List<UUID> expired = data.expireJobs(random.nextInt(most));
        List<UUID> returned = data.returnJobs(random.nextInt(1 + most / 2));
        List<UUID> sites = data.updateCareerSites(random.nextInt(1 + most / 2));
        StringBuilder again = new StringBuilder();
        for (int i = random.nextInt(3); i > 0 && !restless.isEmpty(); i--) {
            UUID id = restless.get(random.nextInt(restless.size()));
            boolean done =
                    switch (random.nextInt(3)) {
                        case 0 -> data.updateJob(id);
                        case 1 -> data.expireJob(id);
                        default -> data.returnJob(id);
                    };
            again.append(done ? " " + id : "");
            returnees.add(id);
        }
        for (List<UUID> moved : List.of(created, updated, expired, returned)) {
            restless.addAll(moved);
        }
        restless.subList(0, Math.max(0, restless.size() - 20)).clear();
        returnees.addAll(returned);
        moves++;
        diary.add("created " + created + ", updated " + updated + ", expired " + expired + ", returned " + returned
                + ", moved again" + again + ", sites updated " + sites.size());
    }

    /** The jobs that may have expired and returned; a feed by posting time does not deliver them again. */
    synchronized Set<UUID> returnees() {
        return Set.copyOf(returnees);
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
