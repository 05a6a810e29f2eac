package dev.jobfeed.console;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.expiry.PendingExpiryService;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.quarantine.QuarantineService;
import dev.jobfeed.schedule.SchedulePauses;
import dev.jobfeed.schedule.ScheduledStream;
import dev.jobfeed.tenant.Tenant;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the operator's actions on the console: bean {@code jobfeedConsoleActions}. */
public final class ConsoleActions {

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleActions.class);
    private final ConsoleTenants consoles;
    private final AccessToken token;
    private final Clock clock;
    private final OpenApiContract contract;

    public ConsoleActions(ConsoleTenants consoles, AccessToken token, OpenApiContract contract, Clock clock) {
        this.consoles = consoles;
        this.token = token;
        this.contract = contract;
        this.clock = clock;
    }

    /** Lists the actions available on a stream, each with its cost. */
    public Map<String, Object> list(String tenant, String stream) {
        ScheduledStream scheduled = HttpProblemException.stream(stream);
        TenantConsole console = consoles.named(tenant);
        SchedulePauses schedules = console.schedules();
        CostForecast costs = console.costs();
        boolean paged = scheduled != ScheduledStream.LIVE_EVENTS;
        boolean paused = schedules.pausedSince(scheduled.stream()).isPresent();
        List<Action> list = new ArrayList<>();
        if (paged) {
            add(list, "sync", "Sync now", costs.sync(scheduled.stream()));
            add(list, "resync", "Resync", costs.resync(scheduled.stream()));
        }
        long pending =
                scheduled == ScheduledStream.JOBS ? console.tenant().reconcile().pending() : 0;
        if (pending > 0) {
            add(
                    list,
                    "accept-expiry",
                    "Accept mass expiry",
                    CostForecast.Cost.nothing(String.format(
                            Locale.ROOT, "%,d active jobs that the last resync did not bring expire.", pending)));
        }
        long bad = scheduled == ScheduledStream.JOBS
                ? console.tenant().quarantine().openCount()
                : 0;
        if (bad > 0) {
            add(
                    list,
                    "retry-quarantine",
                    "Retry quarantine",
                    CostForecast.Cost.nothing(
                            String.format(Locale.ROOT, "%,d quarantined rows are tried again.", bad)));
        }
        if (paused) {
            add(
                    list,
                    "resume",
                    "Resume schedule",
                    CostForecast.Cost.nothing("The schedule starts attempts again, the next one "
                            + schedules
                                    .next(scheduled)
                                    .map(next -> "at " + next)
                                    .orElse("never")
                            + "; each costs what Sync now does."));
        } else if (scheduled.schedule(console.tenant().settings()).isPresent()) {
            add(
                    list,
                    "pause",
                    "Pause schedule",
                    CostForecast.Cost.nothing(
                            "No attempt starts by itself, on any machine, until an operator resumes it; an attempt"
                                    + " in progress continues."
                                    + (scheduled == ScheduledStream.JOBS
                                            ? " After 7 days the whole feed has to be read again. "
                                                    + costs.resync(scheduled.stream())
                                                            .text()
                                            : "")));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("stream", scheduled.stream());
        result.put("off", token.off().orElse(null));
        result.put("actions", list);
        return result;
    }

    /** An available action with the forecast of its cost. */
    record Action(String action, String title, Long rows, BigDecimal credits, String cost) {}

    private static void add(List<Action> list, String action, String title, CostForecast.Cost cost) {
        list.add(new Action(action, title, cost.rows(), cost.credits(), cost.text()));
    }

    /**
     * Reads tenant, stream and cost confirmation of an action from its body into the variables of an attempt.
     *
     * @throws HttpProblemException with 415, 400 or 404; the stream of an action that may cost credits is never guessed
     */
    public void read(Exchange exchange) {
        String type = exchange.getMessage().getHeader("Content-Type", "", String.class);
        if (!type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw new HttpProblemException(
                    415, "An action takes JSON; say so with the header Content-Type: application/json.");
        }
        JsonNode body;
        try {
            String text = exchange.getMessage().getBody(String.class);
            body = JSON.readTree(text == null || text.isBlank() ? "{}" : text);
        } catch (JsonProcessingException e) {
            throw new HttpProblemException(400, "The body is not JSON.");
        }
        body.fieldNames().forEachRemaining(name -> {
            if (!contract.fields().contains(name)) {
                throw new HttpProblemException(
                        400,
                        "There is no field '" + name + "' in an action; there are "
                                + String.join(", ", contract.fields()) + ".");
            }
        });
        if (!body.path("stream").isTextual()) {
            throw new HttpProblemException(400, "The body does not name the stream, as in {\"stream\":\"jobs\"}.");
        }
        check(body, "tenant", JsonNode::isTextual, "a text");
        check(body, "confirm_cost", JsonNode::isBoolean, "true or false");
        ScheduledStream scheduled =
                HttpProblemException.stream(body.get("stream").asText());
        TenantConsole console = consoles.named(body.path("tenant").asText(""));
        exchange.setVariable("jobfeedTenant", console.tenant().name());
        exchange.setVariable("jobfeedStream", scheduled.stream());
        exchange.setVariable("jobfeedConfirmCost", body.path("confirm_cost").asBoolean(false));
    }

    private static void check(JsonNode body, String field, Predicate<JsonNode> type, String expected) {
        if (body.has(field) && !type.test(body.get(field))) {
            throw new HttpProblemException(400, field + " is " + body.get(field) + "; it takes " + expected + ".");
        }
    }

    /**
     * Runs an action, and returns the response. The attempt of {@code sync} and {@code resync} is started by the route.
     *
     * @throws HttpProblemException with 404 if there is no such action, or if the stream has no feed; 409 if the action
     *     is not possible at this time
     */
    public Map<String, Object> act(String action, String tenant, String stream) {
        TenantConsole console = consoles.named(tenant);
        String message =
                switch (action) {
                    case "sync" -> sync(console.tenant(), stream);
                    case "resync" -> resync(console.tenant(), stream);
                    case "accept-expiry" -> acceptExpiry(console.tenant());
                    case "retry-quarantine" -> retryQuarantine(console.tenant().quarantine());
                    case "pause" -> {
                        console.schedules().pause(stream);
                        yield "The schedule of " + stream + " is paused.";
                    }
                    case "resume" -> {
                        console.schedules().resume(stream);
                        yield "The schedule of " + stream + " is on again.";
                    }
                    default ->
                        throw new HttpProblemException(
                                404,
                                "There is no action '" + action
                                        + "'; it is sync, resync, accept-expiry, retry-quarantine, pause or resume.");
                };
        LOG.info("by the console: {}", message);
        return Map.of("message", message);
    }

    private static String sync(Tenant tenant, String stream) {
        checkFeed(stream);
        if (tenant.leases().isHeld(stream)) {
            throw new HttpProblemException(409, "An attempt is in progress on " + stream + " already.");
        }
        return "An attempt on " + stream + " begins.";
    }

    private String resync(Tenant tenant, String stream) {
        checkFeed(stream);
        if (!tenant.states().requestResync(stream, now())) {
            throw new HttpProblemException(409, "A resync is already running on " + stream + ".");
        }
        return tenant.leases().isHeld(stream)
                ? "An attempt is in progress; the next one is the resync."
                : "The resync begins.";
    }

    private String acceptExpiry(Tenant tenant) {
        try {
            return PendingExpiryService.accept(tenant, now()) + " jobs expired.";
        } catch (StreamLockedException e) {
            throw new HttpProblemException(409, e.getMessage());
        }
    }

    private static String retryQuarantine(QuarantineService quarantine) {
        int stored = 0;
        int bad = 0;
        for (QuarantineService.Entry entry : quarantine.open()) {
            if (quarantine.retry(entry).isEmpty()) {
                stored++;
            } else {
                bad++;
            }
        }
        return stored + " rows stored, " + bad + " still bad.";
    }

    private static void checkFeed(String stream) {
        if (stream.equals(ScheduledStream.LIVE_EVENTS.stream())) {
            throw new HttpProblemException(
                    404, "The live events are read by their schedule, or with jobfeed jobby events.");
        }
    }

    private OffsetDateTime now() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
    }
}
