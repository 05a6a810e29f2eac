package dev.jobfeed.sandbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** What a person at a terminal may ask the sandbox itself, under /sandbox/; it needs no key and is not logged. */
final class Desk {

    private static final int MOST_AT_ONCE = 1_000_000;

    private final SandboxOptions options;
    private final World world;
    private final RequestLog log;
    private final AtomicReference<Interceptor> interceptor;
    private final Consumer<Duration> clock;

    Desk(
            SandboxOptions options,
            World world,
            RequestLog log,
            AtomicReference<Interceptor> interceptor,
            Consumer<Duration> clock) {
        this.options = options;
        this.world = world;
        this.log = log;
        this.interceptor = interceptor;
        this.clock = clock;
    }

    Reply answer(String method, String path, String body) {
        try {
            return switch (method + " " + path) {
                case "GET /sandbox/requests" -> requests();
                case "GET /sandbox/world" -> world();
                case "POST /sandbox/move" -> move(Fields.ofBody(body));
                case "POST /sandbox/clock" -> setClock(Fields.ofBody(body));
                case "GET /sandbox/faults" -> faults(interceptor.get());
                case "POST /sandbox/faults" -> setFaults(body);
                case "DELETE /sandbox/faults" -> {
                    interceptor.set(null);
                    yield faults(null);
                }
                default ->
                    Refusal.of(
                                    404,
                                    "Not Found",
                                    "The sandbox has GET /sandbox/requests, GET /sandbox/world, POST /sandbox/move,"
                                            + " POST /sandbox/clock, and GET, POST and DELETE /sandbox/faults.")
                            .reply();
            };
        } catch (Refusal refusal) {
            return refusal.reply();
        }
    }

    private Reply setFaults(String script) throws Refusal {
        try {
            Faults faults = new Faults(FaultRule.script(script), options.seed(), options.clock());
            interceptor.set(faults);
            return faults(faults);
        } catch (FaultScriptException e) {
            throw Refusal.badRequest(e.getMessage());
        }
    }

    private static Reply faults(Interceptor current) {
        List<Faults.Tally> tallies = current instanceof Faults faults ? faults.tallies() : List.of();
        List<Map<String, Object>> rules = tallies.stream()
                .map(tally -> Reply.fields(
                        "rule", tally.rule().json(),
                        "seen", tally.seen(),
                        "struck", tally.struck()))
                .toList();
        return Reply.json(200, Map.of(), Map.of("rules", rules));
    }

    private Reply world() {
        World.Counts counts = world.counts();
        return Reply.json(
                200,
                Map.of(),
                Reply.fields(
                        "active", counts.active(),
                        "expired", counts.expired(),
                        "career_sites", counts.careerSites(),
                        "moves",
                                Reply.fields(
                                        "new", counts.created(),
                                        "updated", counts.updated(),
                                        "expired", counts.expirations(),
                                        "returned", counts.returned())));
    }

    private Reply requests() {
        List<Map<String, Object>> requests = log.entries().stream()
                .map(entry -> Reply.fields(
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
        return Reply.json(200, Map.of(), Map.of("requests", requests));
    }

    private Reply move(Fields fields) throws Refusal {
        int created = howMany(fields, "new");
        int updated = howMany(fields, "updated");
        int expired = howMany(fields, "expired");
        int returned = howMany(fields, "returned");
        int sites = howMany(fields, "career_sites");
        return Reply.json(
                200,
                Map.of(),
                Reply.fields(
                        "new", world.createJobs(created),
                        "updated", world.updateJobs(updated),
                        "expired", world.expireJobs(expired),
                        "returned", world.returnJobs(returned),
                        "career_sites", world.updateCareerSites(sites)));
    }

    /** A clock that is wrong by more than a year tests nothing that one of a year does not. */
    private Reply setClock(Fields fields) throws Refusal {
        Integer seconds = fields.number("offset_seconds");
        if (seconds == null || Math.abs((long) seconds) > 366 * 86_400) {
            throw Refusal.badRequest("'offset_seconds' must be a whole number of at most a year, such as -3600.");
        }
        clock.accept(Duration.ofSeconds(seconds));
        return Reply.json(
                200,
                Map.of(),
                Reply.fields(
                        "offset_seconds",
                        seconds,
                        "now",
                        options.clock().instant().toString()));
    }

    private static int howMany(Fields fields, String name) throws Refusal {
        Integer number = fields.number(name);
        if (number == null) {
            return 0;
        }
        if (number < 0 || number > MOST_AT_ONCE) {
            throw Refusal.badRequest("'" + name + "' must be between 0 and " + MOST_AT_ONCE + ".");
        }
        return number;
    }
}
