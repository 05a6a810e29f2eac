package dev.jobfeed.cli.rehearse;

import static dev.jobfeed.cli.rehearse.BrokenPromiseException.check;
import static dev.jobfeed.cli.rehearse.BrokenPromiseException.checkEqual;

import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.sandbox.http.Interceptor;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** Two attempts on one stream. */
final class LeaseScenarios {

    private LeaseScenarios() {}

    static void secondAttempt(Stages stages) throws Exception {
        Stage stage = stages.open();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        AtomicBoolean isHeld = new AtomicBoolean();
        stage.sandbox.intercept(request -> {
            if (isHeld.compareAndSet(false, true)) {
                asked.countDown();
                released.await();
            }
            return Interceptor.pass();
        });
        CompletableFuture<Stage.Outcome> first = CompletableFuture.supplyAsync(() -> {
            try {
                return stage.sync();
            } catch (NotCheckedException e) {
                throw new CompletionException(e);
            } finally {
                asked.countDown();
            }
        });
        try {
            asked.await();
            Stage.Outcome second = stage.sync();
            check(
                    isLocked(second.failure()),
                    "a second attempt is refused while the first holds the lease",
                    second.text());
        } finally {
            released.countDown();
        }
        Stage.succeeded(first.join());
        checkEqual("requests to the feed", 3, stage.feed().size());
        check(
                stage.count("select count(*) from sync_state where stream = 'jobs' and lease_token is not null") == 0,
                "the lease is released at the end of the attempt",
                "it is still held");
    }

    private static boolean isLocked(Throwable failure) {
        return failure != null && (failure instanceof StreamLockedException || isLocked(failure.getCause()));
    }

    static void overtaken(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.sync(1);
        stage.interceptFeed(request -> {
            takeOver(stage, OffsetDateTime.now().plusMinutes(1));
            return Interceptor.pass();
        });

        Stage.Outcome outcome = stage.sync();

        checkEqual("jobs stored after the lease is lost, beside the 20 of before", 0L, stage.jobs() - Stages.PAGE);
        checkEqual(
                "pages of the run after the lease is lost, beside the one of before",
                0L,
                outcome.run().pages() - 1);
        check(outcome.failure() != null, "an attempt that has lost its lease fails", outcome.text());
        stage.sandbox.intercept(null);
        takeOver(stage, OffsetDateTime.now().minusSeconds(1));
        stage.succeed();
        stage.checkStore();

        stage.sandbox.data().expireJobs(3);
        stage.before(
                "jobs-expired-page-close",
                () -> takeOver(stage, OffsetDateTime.now().plusMinutes(1)));
        stage.sync();
        checkEqual(
                "jobs expired by a sweep whose lease is lost",
                0L,
                stage.count("select count(*) from job where expired_at is not null"));
        stage.before("jobs-expired-page-close", () -> {});
        takeOver(stage, OffsetDateTime.now().minusSeconds(1));
        stage.succeed();

        stage.insertUnknownJobs(3);
        stage.requestResync();
        stage.before(
                "sync-reconcile-step",
                () -> takeOver(stage, OffsetDateTime.now().plusMinutes(1)));
        stage.sync();
        checkEqual(
                "jobs expired by a reconcile whose lease is lost",
                0L,
                stage.count("select count(*) from job where expired_reason = 'reconciled'"));
    }

    /** Gives the lease to another attempt. */
    private static void takeOver(Stage stage, OffsetDateTime until) {
        stage.database.update(
                "update sync_state set lease_token = ?, lease_owner = 'another', lease_expires_at = ?"
                        + " where stream = 'jobs'",
                UUID.randomUUID(),
                until);
    }
}
