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

/**
 * Disturbs the sandbox while attempts are in progress: faults, changes of the data, and an action at a random time.
 */
final class ChaosFaultInjector implements Interceptor, AutoCloseable {

    private record ScheduledAction(int request, Duration delay, Runnable action) {}

    private final Sandbox sandbox;
    private final Random random;
    private final ChaosEventLog events;
    private final Interceptor faults;
    private final ChaosCycle cycle;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private final List<UUID> recentJobs = new ArrayList<>();
    private final Set<UUID> returnedJobs = new HashSet<>();
    private int requests;
    private int changes;
    private int changesLeft;
    private int clockRequest;
    private Duration clockOffset;
    private ScheduledAction scheduled;
    private Future<?> runningAction;

    ChaosFaultInjector(Sandbox sandbox, List<FaultRule> script, ChaosCycle cycle, Random random, ChaosEventLog events) {
        this.sandbox = sandbox;
        this.random = random;
        this.events = events;
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
            if (scheduled != null && requests == scheduled.request()) {
                startAction();
            }
            if (random.nextInt(3) == 0) {
                changeSlightly();
            }
            if (random.nextInt(6) == 0) {
                executor.schedule(this::changeSlightly, random.nextInt(40), TimeUnit.MILLISECONDS);
            }
        }
        Verdict redirected = cycle.decide(request);
        return redirected == null ? faults.decide(request) : redirected;
    }

    /**
     * Starts an attempt, with a bounded number of changes of the data. Without a bound, a sweep in small pages would
     * make the list grow faster than it reads it.
     */
    synchronized void startAttempt() {
        changesLeft = random.nextInt(25);
    }

    /** Schedules an action with a delay after the nth request from now, or after the delay alone for 0. */
    synchronized void scheduleAction(int request, Duration delay, Runnable action) {
        scheduled = new ScheduledAction(requests + request, delay, action);
        if (request == 0) {
            startAction();
        }
    }

    private void startAction() {
        runningAction = executor.schedule(scheduled.action(), scheduled.delay().toNanos(), TimeUnit.NANOSECONDS);
        scheduled = null;
    }

    /** Cancels the scheduled action. */
    synchronized void cancelAction() {
        scheduled = null;
        if (runningAction != null) {
            runningAction.cancel(false);
        }
    }

    private synchronized void changeSlightly() {
        if (changesLeft > 0) {
            changesLeft--;
            change(4);
        }
    }

    /** Sets the server's clock, now or at one of the next requests. */
    synchronized void shiftServerClock(Duration offset) {
        int requests = random.nextInt(6);
        events.add("server clock offset " + offset + " after " + requests + " requests");
        if (requests == 0) {
            sandbox.shiftClock(offset);
        } else {
            clockRequest = this.requests + requests;
            clockOffset = offset;
        }
    }

    /** Changes the data between two attempts, from a few rows to several pages. */
    void changeData() {
        change(1 << random.nextInt(6));
    }

    /** Changes random jobs; a few of them are changed repeatedly. */
    private synchronized void change(int most) {
        Dataset data = sandbox.data();
        List<UUID> created = data.createJobs(random.nextInt(most));
        List<UUID> updated = data.updateJobs(random.nextInt(most));
        List<UUID> expired = data.expireJobs(random.nextInt(most));
        List<UUID> returned = data.returnJobs(random.nextInt(1 + most / 2));
        List<UUID> sites = data.updateCareerSites(random.nextInt(1 + most / 2));
        StringBuilder changedAgain = new StringBuilder();
        for (int i = random.nextInt(3); i > 0 && !recentJobs.isEmpty(); i--) {
            UUID id = recentJobs.get(random.nextInt(recentJobs.size()));
            boolean changed =
                    switch (random.nextInt(3)) {
                        case 0 -> data.updateJob(id);
                        case 1 -> data.expireJob(id);
                        default -> data.returnJob(id);
                    };
            changedAgain.append(changed ? " " + id : "");
            returnedJobs.add(id);
        }
        for (List<UUID> ids : List.of(created, updated, expired, returned)) {
            recentJobs.addAll(ids);
        }
        recentJobs.subList(0, Math.max(0, recentJobs.size() - 20)).clear();
        returnedJobs.addAll(returned);
        changes++;
        events.add("created " + created + ", updated " + updated + ", expired " + expired + ", returned " + returned
                + ", changed again" + changedAgain + ", sites updated " + sites.size());
    }

    /** Returns the jobs that may have expired and returned; a feed by posting time does not deliver them again. */
    synchronized Set<UUID> returnedJobs() {
        return Set.copyOf(returnedJobs);
    }

    synchronized int changes() {
        return changes;
    }

    /** Ends all faults and changes. */
    void stop() throws InterruptedException {
        sandbox.intercept(null);
        executor.shutdown();
        if (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("The scheduled changes did not end within a minute.");
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
