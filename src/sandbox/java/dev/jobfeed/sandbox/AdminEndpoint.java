package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.jobby.JobFair;
import dev.jobfeed.sandbox.jobby.Match;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers what lies under /sandbox/: looking at the sandbox and moving it, without a key and without a log entry. */
final class AdminEndpoint {

    private static final int MOST_AT_ONCE = 1_000_000;

    /** What an operation does; the id is the one in its path, null when there is none. */
    private interface Work {
        HttpReply perform(String id, String body) throws ApiError;
    }

    private record Operation(String name, Pattern pattern, Work work) {

        static Operation of(String name, Work work) {
            return new Operation(name, Pattern.compile(name.replace("{id}", "([^/]+)")), work);
        }
    }

    private final JobUniverse world;
    private final RequestLog log;
    private final Sandbox sandbox;
    private final List<Operation> operations;

    AdminEndpoint(JobUniverse world, RequestLog log, Sandbox sandbox) {
        this.world = world;
        this.log = log;
        this.sandbox = sandbox;
        JobFair fair = sandbox.jobby().fair();
        operations = List.of(
                Operation.of("GET /sandbox/openapi.json", (id, body) -> description()),
                Operation.of("GET /sandbox/requests", (id, body) -> requests()),
                Operation.of("GET /sandbox/world", (id, body) -> world()),
                Operation.of("POST /sandbox/move", (id, body) -> move(Fields.ofBody(body))),
                Operation.of("POST /sandbox/clock", (id, body) -> setClock(Fields.ofBody(body))),
                Operation.of("GET /sandbox/faults", (id, body) -> faults(sandbox.interceptor())),
                Operation.of("POST /sandbox/faults", (id, body) -> setFaults(body)),
                Operation.of("DELETE /sandbox/faults", (id, body) -> {
                    sandbox.calm();
                    return faults(null);
                }),
                Operation.of("GET /sandbox/jobby/matches", (id, body) -> matches(fair)),
                Operation.of(
                        "POST /sandbox/jobby/matches/{id}/accept", (id, body) -> decide(fair, id, fair::acceptMatch)),
                Operation.of(
                        "POST /sandbox/jobby/matches/{id}/decline",
                        (id, body) -> decide(fair, id, fair::declineMatch)));
    }

    /** Method and path of everything it answers, ids as {@code {id}}. */
    List<String> operations() {
        return operations.stream().map(Operation::name).toList();
    }

    HttpReply answer(String method, String path, String body) {
        try {
            for (Operation operation : operations) {
                Matcher matcher = operation.pattern().matcher(method + " " + path);
                if (matcher.matches()) {
                    return operation.work().perform(matcher.groupCount() == 0 ? null : matcher.group(1), body);
                }
            }
            throw ApiError.of(404, "Not Found", "The sandbox has " + String.join(", ", operations()) + ".");
        } catch (ApiError refusal) {
            return refusal.reply();
        }
    }

    private static HttpReply description() {
        try (InputStream in = AdminEndpoint.class.getResourceAsStream("openapi.json")) {
            return new HttpReply(200, Map.of(), in.readAllBytes(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpReply setFaults(String script) throws ApiError {
        try {
            return faults(sandbox.faults(FaultRule.script(script)));
        } catch (FaultScriptException e) {
            throw ApiError.badRequest(e.getMessage());
        }
    }

    private static HttpReply matches(JobFair fair) {
        return HttpReply.json(
                200,
                Map.of(),
                Map.of(
                        "matches",
                        fair.matches().stream().map(AdminEndpoint::match).toList()));
    }

    /** Does what only people can, in their browsers. */
    private static HttpReply decide(JobFair fair, String id, Consumer<String> decision) throws ApiError {
        if (match(fair, id) == null) {
            throw ApiError.of(404, "Not Found", "There is no match " + id + ".");
        }
        try {
            decision.accept(id);
        } catch (IllegalArgumentException e) {
            throw ApiError.of(409, "Conflict", "The " + e.getMessage() + ".");
        }
        return HttpReply.json(200, Map.of(), match(match(fair, id)));
    }

    private static Match match(JobFair fair, String id) {
        return fair.matches().stream()
                .filter(match -> match.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    private static Map<String, Object> match(Match match) {
        return HttpReply.fields(
                "id", match.id(),
                "status", match.status().word(),
                "event_id", match.eventId(),
                "matched_at", match.matchedAt().toString());
    }

    private static HttpReply faults(Interceptor current) {
        List<Faults.Tally> tallies = current instanceof Faults faults ? faults.tallies() : List.of();
        List<Map<String, Object>> rules = tallies.stream()
                .map(tally -> HttpReply.fields(
                        "rule", tally.rule().json(),
                        "seen", tally.seen(),
                        "struck", tally.struck()))
                .toList();
        return HttpReply.json(200, Map.of(), Map.of("rules", rules));
    }

    private HttpReply world() {
        JobUniverse.Counts counts = world.counts();
        return HttpReply.json(
                200,
                Map.of(),
                HttpReply.fields(
                        "active", counts.active(),
                        "expired", counts.expired(),
                        "career_sites", counts.careerSites(),
                        "moves",
                                HttpReply.fields(
                                        "new", counts.created(),
                                        "updated", counts.updated(),
                                        "expired", counts.expirations(),
                                        "returned", counts.returned())));
    }

    private HttpReply requests() {
        List<Map<String, Object>> requests = log.entries().stream()
                .map(entry -> HttpReply.fields(
                        "sequence", entry.sequence(),
                        "time", entry.time().toString(),
                        "method", entry.method(),
                        "path", entry.path(),
                        "query", entry.query(),
                        "body", entry.body(),
                        "status", entry.status(),
                        "rows", entry.rows(),
                        "bytes", entry.bytes(),
                        "fault", entry.fault()))
                .toList();
        return HttpReply.json(200, Map.of(), Map.of("requests", requests));
    }

    private HttpReply move(Fields fields) throws ApiError {
        int created = howMany(fields, "new");
        int updated = howMany(fields, "updated");
        int expired = howMany(fields, "expired");
        int returned = howMany(fields, "returned");
        int sites = howMany(fields, "career_sites");
        return HttpReply.json(
                200,
                Map.of(),
                HttpReply.fields(
                        "new", world.createJobs(created),
                        "updated", world.updateJobs(updated),
                        "expired", world.expireJobs(expired),
                        "returned", world.returnJobs(returned),
                        "career_sites", world.updateCareerSites(sites)));
    }

    private HttpReply setClock(Fields fields) throws ApiError {
        Integer seconds = fields.number("offset_seconds");
        if (seconds == null || Math.abs((long) seconds) > 366 * 86_400) {
            throw ApiError.badRequest("'offset_seconds' must be a whole number of at most a year, such as -3600.");
        }
        sandbox.shiftClock(Duration.ofSeconds(seconds));
        return HttpReply.json(
                200,
                Map.of(),
                HttpReply.fields("offset_seconds", seconds, "now", sandbox.now().toString()));
    }

    private static int howMany(Fields fields, String name) throws ApiError {
        Integer number = fields.number(name);
        if (number == null) {
            return 0;
        }
        if (number < 0 || number > MOST_AT_ONCE) {
            throw ApiError.badRequest("'" + name + "' must be between 0 and " + MOST_AT_ONCE + ".");
        }
        return number;
    }
}
