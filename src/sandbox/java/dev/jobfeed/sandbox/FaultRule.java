package dev.jobfeed.sandbox;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
 * <table>
 * <caption>The fields of a rule; all but "fault" may be missing</caption>
 * <tr><th>field</th><th>value</th><th>when it is missing</th></tr>
 * <tr><td>fault</td><td>what goes wrong: a name of {@link Fault}</td><td></td></tr>
 * <tr><td>on</td><td>an endpoint of Jobo, such as jobs_feed; one of Jobby.dev, such as jobby_queue_join;
 *     jobby_delivery for webhook deliveries; jobo or jobby for all endpoints of one API; or any</td>
 *     <td>any</td></tr>
 * <tr><td>nth</td><td>strikes this one request; stands alone among the conditions</td><td></td></tr>
 * <tr><td>from, to</td><td>strikes requests from this to this, both included</td><td>all</td></tr>
 * <tr><td>every</td><td>strikes requests whose number this divides</td><td>1</td></tr>
 * <tr><td>share</td><td>strikes with this probability, 0 to 1, drawn from the sandbox's seed</td><td>1</td></tr>
 * <tr><td>times</td><td>strikes so often at most</td><td>no limit</td></tr>
 * <tr><td>delay_ms</td><td>milliseconds before the fault, or before the right answer with the fault "delay",
 *     which needs it; at most an hour</td><td>0</td></tr>
 * <tr><td>seconds</td><td>the wait that 429, 429_date, 429_body, 429_body_seconds and 503 name</td>
 *     <td>60; 5 for 503</td></tr>
 * <tr><td>credits_required, credits_balance</td><td>the numbers in 402, 402_live and 402_problem</td>
 *     <td>3000, 1890</td></tr>
 * <tr><td>code</td><td>the code of jobby_error, which needs it: a name of
 *     {@link dev.jobfeed.sandbox.jobby.ErrorCode}; seconds adds a Retry-After</td><td></td></tr>
 * <tr><td>location</td><td>where 301 points to</td><td>/redirected</td></tr>
 * <tr><td>rows</td><td>how many bad rows the row_ faults add to the page; 1 to 1000, 20 for row_huge</td>
 *     <td>1</td></tr>
 * <tr><td>cursor</td><td>what no_cursor sends as the cursor, any JSON</td><td>null</td></tr>
 * <tr><td>length</td><td>cursors in the circle of cursor_cycle, pages in that of repeated_pages</td><td>2</td></tr>
 * <tr><td>keep_bytes</td><td>how much of the body, as compressed, truncated lets through; at least the last
 *     byte is always missing</td><td>10000</td></tr>
 * <tr><td>status, headers, body</td><td>the answer of the fault "answer": 200 to 599, an object of strings,
 *     and a string that is sent as it is or any other JSON</td><td>200, none, empty</td></tr>
 * </table>
 *
 * <p>Rules are immutable; each method returns a rule with one field more. Whether the fields go together is
 * found out when the rule is put to use, and reported with a {@link FaultScriptException}.
 */
public final class FaultRule {

    private final ObjectNode json;

    private FaultRule(ObjectNode json) {
        this.json = json;
    }

    /** Always, on any endpoint. */
    public static FaultRule of(Fault fault) {
        return new FaultRule(HttpReply.MAPPER.createObjectNode()).with("fault", fault.script());
    }

    /** Always, on any endpoint: an answer in place of the API's, its body sent as it is. */
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
            script = HttpReply.MAPPER
                    .reader()
                    .with(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .readTree(json);
        } catch (JsonProcessingException e) {
            throw new FaultScriptException("The fault script is not JSON: " + e.getOriginalMessage() + " in line "
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

    /** The rule as it stands in a script. */
    ObjectNode json() {
        return json;
    }

    @Override
    public String toString() {
        return json.toString();
    }

    private FaultRule with(String field, Object value) {
        ObjectNode extended = json.deepCopy();
        extended.set(field, HttpReply.MAPPER.valueToTree(value));
        return new FaultRule(extended);
    }
}
