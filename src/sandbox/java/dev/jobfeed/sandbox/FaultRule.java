package dev.jobfeed.sandbox;

import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.http.Json;
import dev.jobfeed.sandbox.http.Target;
import dev.jobfeed.sandbox.jobby.ErrorCode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One rule of a fault script: what goes wrong, for which requests. A script is a JSON list of rules.
 *
 * <p>Each rule counts the requests that its fault can strike, from 1, from the moment the script is set. For
 * each request the rules are asked in their order; the first whose conditions all hold strikes, alone.
 *
 * <p>The fields of a rule, and which of them goes with which fault, are described in {@code docs/sandbox.md}.
 *
 * <p>Rules are immutable; each method returns a rule with one field more. Whether the fields go together is
 * found out when the rule is put to use, and reported with a {@link FaultScriptException}.
 */
public final class FaultRule {

    private final ObjectNode json;

    private FaultRule(ObjectNode json) {
        this.json = json;
    }

    /** Strikes always, on any endpoint. */
    public static FaultRule of(Fault fault) {
        return new FaultRule(Json.MAPPER.createObjectNode()).with("fault", fault.script());
    }

    /** Answers always, on any endpoint, in place of the API; the body is sent as it is. */
    public static FaultRule answer(int status, Map<String, String> headers, String body) {
        return of(Fault.ANSWER).with("status", status).with("headers", headers).with("body", body);
    }

    /**
     * Reads a script.
     *
     * @throws FaultScriptException when it is not a JSON list of objects
     */
    public static List<FaultRule> script(String json) {
        JsonNode script;
        try {
            script = Json.MAPPER
                    .reader()
                    .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .readTree(json);
        } catch (JsonProcessingException e) {
            throw new FaultScriptException("The fault script is not JSON: " + Json.describe(e) + " in line "
                    + e.getLocation().getLineNr() + ".");
        }
        if (!script.isArray()) {
            throw new FaultScriptException(
                    "The fault script must be a JSON list of rules, as in [{\"fault\":\"503\"}].");
        }
        List<FaultRule> rules = new ArrayList<>();
        for (JsonNode rule : script) {
            if (!(rule instanceof ObjectNode object)) {
                throw new FaultScriptException(
                        "Rule " + (rules.size() + 1) + " must be an object, as in {\"fault\":\"503\"}.");
            }
            rules.add(new FaultRule(object));
        }
        return List.copyOf(rules);
    }

    /** Strikes requests to this endpoint, or these deliveries, only. */
    public FaultRule on(Target target) {
        return with("on", target.script());
    }

    /** Refuses with this code of Jobby.dev. */
    public FaultRule code(ErrorCode code) {
        return with("code", code.name());
    }

    /** Strikes this request only; 1 is the next. */
    public FaultRule nth(long number) {
        return with("nth", number);
    }

    /** Strikes from this request on; 1 is the next. */
    public FaultRule from(long number) {
        return with("from", number);
    }

    /** Strikes up to this request, which is struck too. */
    public FaultRule to(long number) {
        return with("to", number);
    }

    /** Strikes requests whose number this divides. */
    public FaultRule every(long number) {
        return with("every", number);
    }

    /** Strikes with this probability, 0 to 1. */
    public FaultRule share(double probability) {
        return with("share", probability);
    }

    /** Strikes so often at most. */
    public FaultRule times(long most) {
        return with("times", most);
    }

    /** Waits before it strikes, in whole milliseconds. */
    public FaultRule delay(Duration delay) {
        return with("delay_ms", delay.toMillis());
    }

    /** Names this wait in a 429 or 503. */
    public FaultRule seconds(long seconds) {
        return with("seconds", seconds);
    }

    /** Names these numbers in a 402. */
    public FaultRule credits(BigDecimal required, BigDecimal balance) {
        return with("credits_required", required).with("credits_balance", balance);
    }

    /** Points a 301 there. */
    public FaultRule location(String address) {
        return with("location", address);
    }

    /** Adds so many bad rows. */
    public FaultRule rows(int count) {
        return with("rows", count);
    }

    /** Sends this JSON in place of a cursor. */
    public FaultRule cursor(Object json) {
        return with("cursor", json);
    }

    /** Makes a circle of so many cursors. */
    public FaultRule length(int cursors) {
        return with("length", cursors);
    }

    /** Lets so many bytes of a truncated body through. */
    public FaultRule keepBytes(int count) {
        return with("keep_bytes", count);
    }

    /** Returns the rule as it stands in a script. */
    @JsonValue
    ObjectNode json() {
        return json;
    }

    @Override
    public String toString() {
        return json.toString();
    }

    private FaultRule with(String field, Object value) {
        ObjectNode extended = json.deepCopy();
        extended.set(field, Json.MAPPER.valueToTree(value));
        return new FaultRule(extended);
    }
}
