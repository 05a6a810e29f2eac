package dev.jobfeed.cli.rehearse;

import static dev.jobfeed.cli.rehearse.BrokenPromiseException.check;
import static dev.jobfeed.cli.rehearse.BrokenPromiseException.checkEqual;
import static dev.jobfeed.cli.rehearse.Stage.succeeded;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** What is stored of a feed that works. */
final class StoreScenarios {

    private StoreScenarios() {}

    static void backfill(Stages stages) throws Exception {
        Stage stage = stages.open();

        Run run = stage.succeed();

        checkEqual("mode of the run", RunMode.BACKFILL, run.mode());
        stage.checkStore();
        checkEqual("requests to the feed", 3, stage.feed().size());
        checkEqual("received rows", 60L, run.counts().received());
        checkEqual("inserted rows", 60L, run.counts().inserted());
        checkEqual("watermark", run.runStartedAt(), stage.state().lastRunStartedAt());
    }

    static void incremental(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.succeed();
        OffsetDateTime watermark = stage.state().lastRunStartedAt();
        stage.sandbox.data().createJobs(5);

        Run run = stage.succeed();

        checkEqual("mode of the run", RunMode.INCREMENTAL, run.mode());
        String window =
                Stage.json(stage.feed().get(3).body()).path("updated_after").asText();
        check(
                !window.isEmpty()
                        && !OffsetDateTime.parse(window).isAfter(watermark)
                        && OffsetDateTime.parse(window).isAfter(watermark.minus(Duration.ofMinutes(16))),
                "the window begins at the watermark " + watermark + " minus the overlap",
                window.isEmpty() ? "the request has no window" : "it begins at " + window);
        checkEqual("received rows", 5L, run.counts().received());
        stage.checkStore();
    }

    static void edit(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.succeed();
        stage.sandbox.data().updateJobs(5);

        Run run = stage.succeed();

        checkEqual("updated rows", 5L, run.counts().updated());
        stage.checkStore();
    }

    static void expiry(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.succeed();
        stage.sandbox.data().expireJobs(7);
        stage.sandbox.log().clear();

        Run run = stage.succeed();

        List<String> paths =
                stage.sandbox.log().entries().stream().map(LoggedRequest::path).toList();
        check(
                paths.indexOf("/api/jobs/expired") == 0,
                "the sweep precedes the feed",
                "requests in this order: " + String.join(", ", paths));
        stage.checkStore();
        checkEqual("expired jobs of the run", 7L, run.expired());
        OffsetDateTime watermark = stage.state().lastSweepStartedAt();
        check(
                !watermark.isBefore(run.runStartedAt()),
                "the watermark of the sweep moves to the sweep, not before " + run.runStartedAt(),
                "it is at " + watermark);
    }

    static void failedSweep(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.succeed();
        StreamState before = stage.state();
        int pages = stage.feed().size();
        stage.sandbox.data().createJobs(2);
        stage.sandbox.data().expireJobs(3);
        for (int status : new int[] {401, 500}) {
            stage.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_EXPIRED
                    ? Interceptor.answer(status, Map.of(), "")
                    : Interceptor.pass());

            Stage.Outcome outcome = stage.sync();

            check(
                    outcome.failure() != null,
                    status + " to the sweep: the attempt fails",
                    status + ": " + outcome.text());
            checkEqual(
                    "pages bought by an attempt whose sweep failed",
                    0,
                    stage.feed().size() - pages);
            checkEqual(
                    "watermark of the feed",
                    before.lastRunStartedAt(),
                    stage.state().lastRunStartedAt());
            checkEqual(
                    "watermark of the sweep",
                    before.lastSweepStartedAt(),
                    stage.state().lastSweepStartedAt());
        }
        stage.sandbox.intercept(null);
        stage.succeed();
        stage.checkStore();
    }

    static void returned(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.succeed();
        List<UUID> gone = stage.sandbox.data().expireJobs(3);
        stage.succeed();
        gone.forEach(stage.sandbox.data()::returnJob);

        stage.succeed();

        stage.checkStore();
        List<UUID> unchanged = stage.sandbox.data().expireJobs(2);
        stage.succeed();
        unchanged.forEach(stage.sandbox.data()::returnJobUntouched);
        stage.requestResync();
        stage.succeed();
        stage.checkStore();
    }

    static void resync(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.succeed();
        stage.insertUnknownJobs(3);
        stage.requestResync();

        Run run = stage.succeed();

        checkEqual("mode of the run", RunMode.RESYNC, run.mode());
        checkEqual(
                "jobs expired by reconcile",
                3L,
                stage.count("select count(*) from job where expired_reason = 'reconciled'"));
        stage.checkStore();
        checkEqual(
                "mode of the run after a resync",
                RunMode.INCREMENTAL,
                stage.succeed().mode());
    }

    static void longPause(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.succeed();
        stage.insertUnknownJobs(3);
        stage.database.update(
                "update sync_state set last_sweep_started_at = ? where stream = 'jobs'",
                OffsetDateTime.now().minusDays(8));

        Run run = stage.succeed();

        checkEqual("mode of the run after 8 days without a sweep", RunMode.RESYNC, run.mode());
        stage.checkStore();
    }

    static void clock(Stages stages) throws Exception {
        Stage stage = stages.open();
        Duration behind = Duration.ofHours(1);
        stage.sandbox.shiftClock(behind.negated());

        stage.succeed();

        OffsetDateTime watermark = stage.state().lastRunStartedAt();
        OffsetDateTime now = OffsetDateTime.now().minus(behind);
        check(
                Duration.between(watermark, now).abs().compareTo(Duration.ofMinutes(2)) < 0,
                "the watermark is in the time of the server, about " + now,
                "it is " + watermark);
        checkEqual("open alerts", List.of("clock-differs"), stage.alerts());
        stage.sandbox.data().createJobs(2);
        stage.succeed();
        stage.checkStore();
    }

    static void guard(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.succeed();
        List<UUID> gone = stage.sandbox.data().activeIds().limit(15).toList();
        stage.interceptFeed(request -> Stage.rewrite(page -> {
            ArrayNode jobs = (ArrayNode) page.get("jobs");
            for (int i = jobs.size() - 1; i >= 0; i--) {
                if (gone.contains(UUID.fromString(jobs.get(i).path("id").asText()))) {
                    jobs.remove(i);
                }
            }
            return page;
        }));
        stage.requestResync();

        stage.succeed();

        checkEqual(
                "expired jobs of 60, of which the resync did not deliver 15",
                0L,
                stage.count("select count(*) from job where expired_at is not null"));
        checkEqual("pending expiries", 15L, stage.count("select count(*) from pending_expiry"));
        checkEqual("open alerts", List.of("reconcile-held"), stage.alerts());
        stage.sandbox.intercept(null);
        stage.sandbox.data().updateJob(gone.get(0));
        stage.sandbox.data().expireJob(gone.get(1));
        stage.succeed();
        checkEqual(
                "pending expiries after one of the jobs is delivered, and one is swept",
                13L,
                stage.count("select count(*) from pending_expiry"));
    }

    static void badRows(Stages stages) throws Exception {
        Stage stage = stages.open();
        stage.sandbox.faults(
                FaultRule.of(Fault.ROW_BAD_TITLE).on(Endpoint.JOBS_FEED).rows(2));

        Run run = stage.succeed();

        stage.checkStore();
        checkEqual(
                "rows in quarantine, of 6 that cannot be stored",
                6L,
                stage.count("select count(*) from quarantine where reason <> '' and payload like '%Fault%'"));
        checkEqual(
                "quarantined rows by the counter of the run", 6L, run.counts().quarantined());
        checkEqual("received rows", 66L, run.counts().received());

        Stage other = stages.open();
        UUID id = other.sandbox.data().activeIds().findFirst().orElseThrow();
        other.interceptFeed(request -> Stage.rewrite(page -> {
            page.get("jobs").forEach(job -> {
                if (id.toString().equals(job.path("id").asText())) {
                    ((ObjectNode) job).putObject("title");
                }
            });
            return page;
        }));
        other.succeed();
        String open = "select count(*) from quarantine where closed_at is null";
        checkEqual("open entries of a job that cannot be stored", 1L, other.count(open));
        other.sandbox.intercept(null);
        other.sandbox.data().updateJob(id);
        other.succeed();
        checkEqual("open entries after the job is stored", 0L, other.count(open));
        other.checkStore();
    }

    static void duplicates(Stages stages) throws Exception {
        Stage stage = stages.open();
        UUID id = stage.sandbox.data().activeIds().findFirst().orElseThrow();
        stage.interceptFeed(request -> request.body().contains("\"cursor\"")
                ? Interceptor.pass()
                : Stage.rewrite(page -> {
                    ArrayNode jobs = (ArrayNode) page.get("jobs");
                    OffsetDateTime updated =
                            OffsetDateTime.parse(jobs.get(0).path("updated_at").asText());
                    ObjectNode newer = jobs.get(0).deepCopy();
                    newer.put("title", "the newer one")
                            .put("updated_at", updated.plusSeconds(1).toString());
                    ObjectNode older = jobs.get(0).deepCopy();
                    older.put("title", "the oldest one")
                            .put("updated_at", updated.minusDays(1).toString());
                    jobs.insert(0, newer);
                    jobs.add(older);
                    return page;
                }));

        Run run = stage.succeed();

        checkEqual("duplicate rows", 2L, run.counts().duplicates());
        checkEqual("stored jobs", 60L, stage.jobs());
        checkEqual(
                "title of a job that a page has three times",
                "the newer one",
                stage.database.queryForObject("select title from job where id = ?", String.class, id));
    }

    static void resume(Stages stages) throws Exception {
        Stage stage = stages.open();

        Stage.Outcome stopped = stage.sync(1);

        check(
                stopped.failure() == null
                        && stopped.run() != null
                        && stopped.run().status().equals("open"),
                "an attempt that ends after one of three pages leaves its run open",
                stopped.text());
        check(
                stage.state().lastRunStartedAt() == null,
                "the watermark does not move before the run is complete",
                "it is at " + stage.state().lastRunStartedAt());
        Run run = stage.succeed();
        checkEqual("id of the run that the next attempt works on", stopped.run().id(), run.id());
        checkEqual("start of the run", stopped.run().runStartedAt(), run.runStartedAt());
        checkEqual("requests to the feed for three pages", 3, stage.feed().size());
        stage.checkStore();
    }

    static void careerSites(Stages stages) throws Exception {
        Stage stage = stages.open(SandboxOptions.builder().jobs(0).careerSites(120), Map.of());
        Map<String, Object> none = Map.of();

        Run run = succeeded(stage.attempt("career-sites-sync", "career_sites", none));

        checkEqual("stored career sites", 120L, stage.count("select count(*) from career_site"));
        checkEqual("inserted rows", 120L, run.counts().inserted());
        stage.sandbox.data().updateCareerSites(7);
        Run next = succeeded(stage.attempt("career-sites-sync", "career_sites", none));
        checkEqual("mode of the next run", RunMode.INCREMENTAL, next.mode());
        checkEqual("updated rows", 7L, next.counts().updated());
        Map<String, String> truth = new HashMap<>();
        stage.sandbox.data().forEachCareerSite(text -> {
            var site = Stage.json(text);
            truth.put(site.get("id").textValue(), site.path("summary").asText(""));
        });
        Map<String, String> stored = new HashMap<>();
        stage.database.query("select cast(id as varchar), coalesce(summary, '') from career_site", row -> {
            stored.put(row.getString(1), row.getString(2));
        });
        check(stored.equals(truth), "each career site is stored as the feed has it", "some differ");
    }
}
