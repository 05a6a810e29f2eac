package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.Fields;
import dev.jobfeed.sandbox.http.HttpReply;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.Json;
import dev.jobfeed.sandbox.jobby.JobFair;
import dev.jobfeed.sandbox.jobby.Match;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Answers what lies under /sandbox/: shows the sandbox and changes it, without a key and without a log entry. */
final class AdminEndpoint {

    private static final int MOST_AT_ONCE = 1_000_000;
    private static final int SECONDS_OF_A_YEAR = 366 * 86_400;

    /** What an operation does and replies; the id is the one in its path, null when there is none. */
    private interface Work {
        Object perform(String id, String body) throws ApiError;
    }

    private record Operation(String name, Pattern pattern, Work work) {}

    private final Dataset data;
    private final Sandbox sandbox;
    private final JobFair fair;
    private final List<Operation> operations;

    AdminEndpoint(Sandbox sandbox) {
        this.sandbox = sandbox;
        data = sandbox.data();
        fair = sandbox.jobby().fair();
        operations = List.of(
                operation(
                        "GET /sandbox/openapi.json", (id, body) -> Json.resource(AdminEndpoint.class, "openapi.json")),
                operation(
                        "GET /sandbox/requests",
                        (id, body) -> Map.of("requests", sandbox.log().entries())),
                operation("GET /sandbox/data", (id, body) -> counts()),
                operation("POST /sandbox/changes", (id, body) -> change(Fields.ofBody(body))),
                operation("POST /sandbox/clock", (id, body) -> setClock(Fields.ofBody(body))),
                operation("GET /sandbox/faults", (id, body) -> faults(sandbox.interceptor())),
                operation("POST /sandbox/faults", (id, body) -> setFaults(body)),
                operation("DELETE /sandbox/faults", (id, body) -> faults(sandbox.faults())),
                operation("GET /sandbox/jobby/matches", (id, body) -> matches()),
                operation("POST /sandbox/jobby/matches/{id}/accept", (id, body) -> decide(id, fair::acceptMatch)),
                operation("POST /sandbox/jobby/matches/{id}/decline", (id, body) -> decide(id, fair::declineMatch)));
    }

    /** Makes an operation of its method and path, the id as {@code {id}}. */
    private static Operation operation(String name, Work work) {
        return new Operation(name, Pattern.compile(name.replace("{id}", "([^/]+)")), work);
    }

    HttpReply answer(String method, String path, String body) {
        try {
            for (Operation operation : operations) {
                Matcher matcher = operation.pattern().matcher(method + " " + path);
                if (matcher.matches()) {
                    String id = matcher.groupCount() == 0 ? null : matcher.group(1);
                    return HttpReply.json(200, operation.work().perform(id, body));
                }
            }
            List<String> names = operations.stream().map(Operation::name).toList();
            throw ApiError.notFound("The sandbox has " + String.join(", ", names) + ".");
        } catch (ApiError error) {
            return error.reply();
        }
    }

    private Object setFaults(String script) throws ApiError {
        try {
            return faults(sandbox.faults(FaultRule.script(script)));
        } catch (FaultScriptException e) {
            throw ApiError.badRequest(e.getMessage());
        }
    }

    private static Object faults(Interceptor current) {
        return Map.of("rules", current instanceof Faults faults ? faults.tallies() : List.of());
    }

    private Object matches() {
        return Map.of(
                "matches", fair.matches().stream().map(AdminEndpoint::match).toList());
    }

    /** Accepts or declines a match, which no token can. */
    private Object decide(String id, Consumer<String> decision) throws ApiError {
        find(id);
        try {
            decision.accept(id);
        } catch (IllegalArgumentException e) {
            throw ApiError.of(409, "Conflict", "The " + e.getMessage() + ".");
        }
        return match(find(id));
    }

    private Match find(String id) throws ApiError {
        return fair.findMatch(id).orElseThrow(() -> ApiError.notFound("There is no match " + id + "."));
    }

    private static Map<String, Object> match(Match match) {
        return Json.object(
                "id", match.id(),
                "status", match.status(),
                "event_id", match.eventId(),
                "matched_at", match.matchedAt());
    }

    private Object counts() {
        Dataset.Counts counts = data.counts();
        return Json.object(
                "active", counts.active(),
                "expired", counts.expired(),
                "career_sites", counts.careerSites(),
                "changes",
                        Json.object(
                                "new", counts.created(),
                                "updated", counts.updated(),
                                "expired", counts.expirations(),
                                "returned", counts.returned()));
    }

    private Object change(Fields fields) throws ApiError {
        int created = howMany(fields, "new");
        int updated = howMany(fields, "updated");
        int expired = howMany(fields, "expired");
        int returned = howMany(fields, "returned");
        int sites = howMany(fields, "career_sites");
        return Json.object(
                "new", data.createJobs(created),
                "updated", data.updateJobs(updated),
                "expired", data.expireJobs(expired),
                "returned", data.returnJobs(returned),
                "career_sites", data.updateCareerSites(sites));
    }

    private static int howMany(Fields fields, String name) throws ApiError {
        return fields.number(name, 0, 0, MOST_AT_ONCE);
    }

    private Object setClock(Fields fields) throws ApiError {
        Integer seconds = fields.number("offset_seconds");
        if (seconds == null || Math.abs((long) seconds) > SECONDS_OF_A_YEAR) {
            throw ApiError.badRequest("'offset_seconds' must be a whole number of at most a year, such as -3600.");
        }
        sandbox.shiftClock(Duration.ofSeconds(seconds));
        return Json.object("offset_seconds", seconds, "now", sandbox.now());
    }
}
