package dev.jobfeed.cli.rehearse;

import static dev.jobfeed.cli.rehearse.BrokenPromiseException.check;
import static dev.jobfeed.cli.rehearse.BrokenPromiseException.checkEqual;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.config.SharedObjectMapper;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.springframework.jdbc.core.JdbcTemplate;

/** The routes with a sandbox and a database of their own. */
final class Stage implements AutoCloseable {

    /** The beginning of the ids of rows that a fault of the sandbox added. */
    static final String FAULT_ID = "fa017000-";

    final Sandbox sandbox;
    final JdbcTemplate database;
    private final RehearsalContext context;

    private final StepHooks hooks;

    Stage(Sandbox sandbox, RehearsalContext context, StepHooks hooks) {
        this.sandbox = sandbox;
        this.context = context;
        this.hooks = hooks;
        database = new JdbcTemplate(context.dataSource());
    }

    /**
     * Result of an attempt.
     *
     * @param run the newest run; null if there is none
     * @param failure null if the attempt did not fail
     */
    record Outcome(Run run, Exception failure) {

        boolean succeeded() {
            return failure == null && run != null && run.status().equals("succeeded");
        }

        String text() {
            if (failure != null) {
                return "the attempt failed: " + ProblemTranslator.describe(failure);
            }
            return run == null ? "there is no run" : "the run is " + run.status() + " after " + run.pages() + " pages";
        }
    }

    CamelContext camel() {
        return context.camel();
    }

    Tenant tenant() {
        return context.tenant();
    }

    /** Does something before each execution of a step. */
    void before(String step, Runnable work) {
        hooks.before(step, work);
    }

    /** Makes an attempt on the jobs. */
    Outcome sync() throws NotCheckedException {
        return attempt("jobs-sync", "jobs", Map.of());
    }

    /** Makes an attempt on the jobs that ends after some pages. */
    Outcome sync(int maxPages) throws NotCheckedException {
        return attempt("jobs-sync", "jobs", Map.of("jobfeedMaxPages", maxPages));
    }

    /** Makes an attempt by a route. */
    Outcome attempt(String route, String stream, Map<String, Object> variables) throws NotCheckedException {
        Exchange exchange = send(route, variables);
        List<Run> runs = tenant().runs().lastRuns(stream, 1);
        return new Outcome(runs.isEmpty() ? null : runs.get(0), exchange.getException());
    }

    /**
     * Calls a route.
     *
     * @throws NotCheckedException if there is no such route
     */
    Exchange send(String route, Map<String, Object> variables) throws NotCheckedException {
        if (camel().getRoute(route) == null) {
            throw new NotCheckedException("There is no route " + route + ".");
        }
        ProducerTemplate template = camel().createProducerTemplate();
        try {
            return template.send("direct:" + route, exchange -> variables.forEach(exchange::setVariable));
        } finally {
            template.stop();
        }
    }

    /** Makes an attempt on the jobs, which must succeed. */
    Run succeed() throws BrokenPromiseException, NotCheckedException {
        return succeeded(sync());
    }

    static Run succeeded(Outcome outcome) throws BrokenPromiseException {
        check(outcome.succeeded(), "the attempt succeeds", outcome.text());
        return outcome.run();
    }

    /** Makes the next attempt on the jobs a resync. */
    void requestResync() {
        tenant().states().requestResync("jobs", OffsetDateTime.now());
    }

    StreamState state() {
        return tenant().states().get("jobs");
    }

    List<LoggedRequest> feed() {
        return sandbox.log().entries("/api/jobs/feed");
    }

    List<LoggedRequest> expired() {
        return sandbox.log().entries("/api/jobs/expired");
    }

    long count(String query) {
        Long count = database.queryForObject(query, Long.class);
        return count == null ? 0 : count;
    }

    long jobs() {
        return count("select count(*) from job");
    }

    /** Returns the conditions of the open alerts. */
    List<String> alerts() {
        return database.queryForList("select condition from alert where cleared_at is null order by id", String.class);
    }

    /** Adds active jobs that the feed never delivers. */
    void insertUnknownJobs(int howMany) {
        for (int i = 0; i < howMany; i++) {
            database.update("insert into job (id, content_hash, first_seen_at, last_changed_at)"
                    + " values (random_uuid(), X'00', current_timestamp, current_timestamp)");
        }
    }

    /** Lets a verdict decide about each request to the feed. */
    void interceptFeed(Interceptor verdict) {
        sandbox.intercept(
                request -> request.endpoint() == Endpoint.JOBS_FEED ? verdict.decide(request) : Interceptor.pass());
    }

    /** Lets a verdict decide about each request to the feed that continues at a cursor. */
    void interceptLaterPages(Interceptor.Verdict verdict) {
        interceptFeed(request -> request.body().contains("\"cursor\"") ? verdict : Interceptor.pass());
    }

    /** Checks that exactly the jobs that are active in the feed are active in the store, in their newest version. */
    void checkStore() throws BrokenPromiseException {
        Map<UUID, String> truth = new HashMap<>();
        sandbox.data().forEachActive(text -> {
            JsonNode job = json(text);
            truth.put(
                    UUID.fromString(job.get("id").textValue()),
                    job.path("title").textValue() + "|"
                            + OffsetDateTime.parse(job.path("updated_at").textValue())
                                    .toInstant());
        });
        Map<UUID, String> stored = new HashMap<>();
        database.query(
                "select id, title, updated_at from active_job where cast(id as varchar) not like '" + FAULT_ID + "%'",
                row -> {
                    OffsetDateTime updated = row.getObject("updated_at", OffsetDateTime.class);
                    stored.put(
                            row.getObject("id", UUID.class),
                            row.getString("title") + "|" + (updated == null ? null : updated.toInstant()));
                });
        long missing =
                truth.keySet().stream().filter(id -> !stored.containsKey(id)).count();
        long extra =
                stored.keySet().stream().filter(id -> !truth.containsKey(id)).count();
        long outdated = truth.entrySet().stream()
                .filter(job -> stored.containsKey(job.getKey())
                        && !stored.get(job.getKey()).equals(job.getValue()))
                .count();
        check(
                stored.equals(truth),
                "the " + truth.size() + " active jobs of the feed are active in the store, in their newest version",
                missing + " are not active, " + outdated + " are outdated, and " + extra
                        + " that the feed does not have are active");
    }

    /** Checks that an attempt fails, and that its run stays open where it was. */
    void checkFailedAt(String answer, Outcome outcome, String cursor, int pages, long jobs)
            throws BrokenPromiseException {
        check(
                outcome.failure() != null
                        && outcome.run() != null
                        && outcome.run().status().equals("open"),
                answer + ": the attempt fails, and its run stays open",
                answer + ": " + outcome.text());
        checkEqual(answer + ": stored pages", (long) pages, outcome.run().pages());
        checkEqual(answer + ": stored jobs", jobs, jobs());
        check(
                cursor.equals(outcome.run().nextCursor()),
                answer + ": the run keeps its cursor",
                answer + ": the cursor is " + (outcome.run().nextCursor() == null ? "gone" : "another one"));
        check(
                state().lastRunStartedAt() == null,
                answer + ": the watermark does not move",
                answer + ": the watermark has moved");
    }

    static JsonNode json(String text) {
        try {
            return SharedObjectMapper.JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Changes the JSON of a page. */
    static Interceptor.Verdict rewrite(Function<JsonNode, JsonNode> change) {
        return Interceptor.rewrite(body -> change.apply(json(new String(body, StandardCharsets.UTF_8)))
                .toString()
                .getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        // first, because an attempt that does not end waits for it
        sandbox.close();
        context.close();
    }
}
