package dev.jobfeed.cli.rehearse;

import static dev.jobfeed.cli.rehearse.BrokenPromiseException.check;
import static dev.jobfeed.cli.rehearse.BrokenPromiseException.checkEqual;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Faults;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.Interceptor.Verdict;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Responses that are no page. */
final class FailureScenarios {

    /** Waits are scaled so that one second is 10 ms. */
    private static final Map<String, String> CENTISECONDS = Map.of("jobo.retry.time-scale", "0.01");

    private FailureScenarios() {}

    static void finalStatus(Stages stages) throws Exception {
        Map<String, Verdict> answers = new LinkedHashMap<>();
        answers.put("400", answer(400, "{\"message\":\"Bad filter\"}"));
        answers.put("401", answer(401, "{\"error\":\"Invalid or expired API key\"}"));
        answers.put(
                "402",
                answer(402, "{\"error\":\"Insufficient credits\",\"credits_required\":60,\"credits_balance\":33}"));
        answers.put("403", answer(403, "{\"message\":\"Not in your plan.\"}"));
        answers.put("404", answer(404, "{\"error\":\"Not Found\"}"));
        answers.put("410", answer(410, ""));
        answers.put("301", Interceptor.answer(301, Map.of("Location", "/redirected"), ""));
        failLater(stages.open(), answers, 1);
    }

    static void unreadable(Stages stages) throws Exception {
        Map<String, Verdict> answers = new LinkedHashMap<>();
        answers.put("a truncated page", Interceptor.truncate(10));
        answers.put("a web page", answer(200, "<html>Welcome</html>"));
        answers.put("an empty body", answer(200, ""));
        answers.put("a list", answer(200, "[]"));
        answers.put("a page without has_more", answer(200, "{\"jobs\":[],\"next_cursor\":null}"));
        answers.put("a page without rows", answer(200, "{\"next_cursor\":null,\"has_more\":false}"));
        answers.put("more without a cursor", answer(200, "{\"jobs\":[],\"next_cursor\":null,\"has_more\":true}"));
        failLater(stages.open(), answers, 6);
    }

    /** Answers the second page in each of several ways, one attempt each, and at last with the page. */
    private static void failLater(Stage stage, Map<String, Verdict> answers, int requests) throws Exception {
        check(stage.sync(1).failure() == null, "the first page is stored", "the attempt failed");
        Run first = stage.tenant().runs().lastRuns("jobs", 1).get(0);
        for (Map.Entry<String, Verdict> answer : answers.entrySet()) {
            String name = answer.getKey();
            int asked = stage.feed().size();
            stage.interceptLaterPages(answer.getValue());

            Stage.Outcome outcome = stage.sync();

            stage.checkFailedAt(name, outcome, first.nextCursor(), 1, Stages.PAGE);
            checkEqual(
                    name + ": requests of the attempt", requests, stage.feed().size() - asked);
            check(outcome.run().lastError() != null, name + ": the run has the error", name + ": last_error is empty");
        }
        stage.sandbox.intercept(null);
        checkEqual("id of the run that recovers", first.id(), stage.succeed().id());
        stage.checkStore();
        checkEqual(
                "requests that followed a redirect",
                0,
                stage.sandbox.log().entries("/redirected").size());
    }

    static void rateLimit(Stages stages) throws Exception {
        retried(stages, "429", Collections.nCopies(3, retryAfter(429, 7)), List.of(70, 70, 70), retryAfter(429, 1), 9);
    }

    static void unavailable(Stages stages) throws Exception {
        retried(
                stages,
                "503",
                List.of(retryAfter(503, 5), retryAfter(503, 5), answer(503, "")),
                List.of(50, 50, 300),
                retryAfter(503, 1),
                6);
    }

    static void serverError(Stages stages) throws Exception {
        retried(
                stages,
                "5xx",
                List.of(answer(500, ""), answer(502, "<html>"), answer(408, ""), Interceptor.drop()),
                List.of(10, 20, 40, 80),
                answer(500, ""),
                6);
    }

    /**
     * Answers with failures that pass, and then with one that does not.
     *
     * @param waits the shortest wait after each failure, in milliseconds
     * @param requests how many requests the lasting failure takes until the attempt ends
     */
    private static void retried(
            Stages stages, String name, List<Verdict> passing, List<Integer> waits, Verdict lasting, int requests)
            throws Exception {
        Stage stage = stages.open(Stages.jobs(2 * Stages.PAGE), CENTISECONDS);
        Queue<Verdict> answers = new ConcurrentLinkedQueue<>(passing);
        stage.interceptFeed(request -> {
            Verdict next = answers.poll();
            return next == null ? Interceptor.pass() : next;
        });
        Stage.Outcome outcome = stage.sync();
        check(outcome.succeeded(), name + ": the request is repeated until the answer is a page", outcome.text());
        List<Duration> gaps = gaps(stage);
        for (int i = 0; i < waits.size(); i++) {
            Duration least = Duration.ofMillis(waits.get(i));
            check(
                    gaps.get(i).compareTo(least) >= 0,
                    name + ": repetition " + (i + 1) + " waits for at least " + least.toMillis() * 100
                            + " ms (unscaled)",
                    "it waits for " + gaps.get(i).toMillis() * 100 + " ms");
        }
        stage.checkStore();
        stage.sandbox.data().createJobs(1);
        int asked = stage.feed().size();
        stage.interceptFeed(request -> lasting);
        Stage.Outcome failed = stage.sync();
        check(failed.failure() != null, name + ": a failure that lasts ends the attempt", failed.text());
        checkEqual(
                name + ": requests until the attempt ends",
                requests,
                stage.feed().size() - asked);
        stage.sandbox.intercept(null);
        stage.succeed();
        stage.checkStore();
    }

    /** Returns the times between the requests to the feed. */
    private static List<Duration> gaps(Stage stage) {
        List<LoggedRequest> requests = stage.feed();
        List<Duration> gaps = new ArrayList<>();
        for (int i = 1; i < requests.size(); i++) {
            gaps.add(Duration.ofNanos(
                    requests.get(i).nanos() - requests.get(i - 1).nanos()));
        }
        return gaps;
    }

    static void cursorLost(Stages stages) throws Exception {
        for (Verdict answer : List.of(answer(400, "{\"message\":\"Invalid cursor\"}"), answer(409, ""))) {
            Stage stage = stages.open();
            stage.interceptFeed(request -> request.sequence() == 3 ? answer : Interceptor.pass());

            Run run = stage.succeed();

            checkEqual("restarts of the pagination", 1, run.cursorResets());
            checkEqual("requests to the feed", 6, stage.feed().size());
            stage.checkStore();
            if (answer instanceof Interceptor.Answer refusal && refusal.status() == 409) {
                stage.sandbox.data().createJobs(3 * Stages.PAGE);
                int asked = stage.feed().size();
                stage.interceptLaterPages(answer);
                Stage.Outcome outcome = stage.sync();
                check(
                        outcome.failure() != null,
                        "a cursor that is refused again and again ends the attempt",
                        outcome.text());
                check(
                        stage.feed().size() - asked <= 14,
                        "at most 5 restarts of a run",
                        stage.feed().size() - asked + " requests");
                check(outcome.run().nextCursor() == null, "the refused cursor is not kept", "it is still stored");
                stage.sandbox.intercept(null);
                stage.succeed();
                stage.checkStore();
            }
        }
    }

    static void endlessFeed(Stages stages) throws Exception {
        Stage stage = stages.open();
        Faults cycle = stage.sandbox.faults(
                FaultRule.of(Fault.CURSOR_CYCLE).on(Endpoint.JOBS_FEED).length(2));
        AtomicInteger asked = new AtomicInteger();
        // ends an attempt that would never end
        stage.interceptFeed(request -> asked.incrementAndGet() > 12 ? answer(401, "") : cycle.decide(request));

        Stage.Outcome outcome = stage.sync();

        check(
                asked.get() <= 4,
                "a cursor that the run has used before ends the attempt, after 3 pages",
                "it went on for " + asked + " pages");
        check(outcome.failure() != null, "the attempt fails", outcome.text());
        checkEqual("open alerts", List.of("cursor-stuck"), stage.alerts());

        Stage other = stages.open();
        other.sandbox.faults(
                FaultRule.of(Fault.CURSOR_CYCLE).on(Endpoint.JOBS_FEED).length(2));
        int attempts = 0;
        do {
            outcome = other.sync(1);
            attempts++;
        } while (outcome.failure() == null && attempts < 8);
        check(
                outcome.failure() != null,
                "a cursor that an earlier attempt of the run has used ends the run, after 3 attempts of a page each",
                "it went on for " + attempts + " attempts");
    }

    static void ignoredWindow(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.succeed();
        stage.sandbox.data().createJobs(3 * Stages.PAGE);
        int asked = stage.feed().size();
        stage.interceptFeed(request -> Stage.rewrite(page -> {
            String older = OffsetDateTime.parse(
                            Stage.json(request.body()).path("updated_after").asText("2026-01-01T00:00:00Z"))
                    .minusDays(30)
                    .toString();
            page.get("jobs").forEach(job -> ((ObjectNode) job)
                    .put("created_at", older)
                    .put("updated_at", older)
                    .put("date_posted", older));
            return page;
        }));

        Stage.Outcome outcome = stage.sync();

        check(
                outcome.failure() != null,
                "a full first page that is far older than the window ends the attempt",
                outcome.text());
        checkEqual("pages bought", 1, stage.feed().size() - asked);
        checkEqual("open alerts", List.of("window-ignored"), stage.alerts());
    }

    static void chargedAndUnreadable(Stages stages) throws Exception {
        Stage stage = stages.open(
                Stages.jobs(3 * Stages.PAGE)
                        .creditsPerJob(new BigDecimal("0.5"))
                        .creditsBalance(BigDecimal.valueOf(1000)),
                Map.of());
        stage.interceptLaterPages(Interceptor.truncate(10));

        Stage.Outcome outcome = stage.sync();

        check(outcome.failure() != null, "a page that cannot be read ends the attempt", outcome.text());
        checkEqual("times that it is bought in the attempt", 2, stage.feed().size() - 1);
        check(
                outcome.run().creditsSpent().compareTo(BigDecimal.valueOf(30)) == 0,
                "the run has cost 30 credits",
                "it has cost " + outcome.run().creditsSpent());
    }

    static void creditFloor(Stages stages) throws Exception {
        Stage stage = stages.open(
                Stages.jobs(3 * Stages.PAGE)
                        .creditsPerJob(new BigDecimal("0.5"))
                        .creditsBalance(BigDecimal.valueOf(100)),
                Map.of("jobo.credits.floor", "75"));

        Stage.Outcome outcome = stage.sync();

        check(
                outcome.failure() != null,
                "the attempt ends before a page of 10 credits takes the balance of 80 below the floor of 75",
                outcome.text());
        checkEqual("pages bought", 2, stage.feed().size());
        checkEqual("open alerts", List.of("credits-floor"), stage.alerts());
        stage.sync();
        checkEqual("pages bought after the next attempt", 2, stage.feed().size());
    }

    static void alerts(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.interceptFeed(request -> answer(401, ""));
        stage.sync();
        stage.sync();
        checkEqual("open alerts after two attempts with 401", List.of("unauthorized"), stage.alerts());
        checkEqual(
                "alerts that are raised and notified",
                1L,
                stage.count("select count(*) from alert where notified_at is not null"));
        stage.sandbox.intercept(null);
        stage.succeed();
        checkEqual("open alerts after an attempt that succeeds", List.of(), stage.alerts());
        checkEqual(
                "alerts that are cleared and notified",
                1L,
                stage.count("select count(*) from alert where clearance_notified_at is not null"));
    }

    private static Verdict answer(int status, String body) {
        return Interceptor.answer(status, Map.of(), body);
    }

    private static Verdict retryAfter(int status, int seconds) {
        return Interceptor.answer(status, Map.of("Retry-After", Integer.toString(seconds)), "");
    }
}
