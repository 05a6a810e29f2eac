package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.http.Defect;
import dev.jobfeed.sandbox.http.Target;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The fields of one rule, read strictly: a field that no fault asks for is a mistake of the script. */
final class RuleFields {

    private static final String HEADER_VALUE = "[\\t\\x20-\\x7e]*";

    private final int rule;
    private final ObjectNode json;
    private final Set<String> read = new HashSet<>();

    /** Takes the fields of the rule with this number, counted from 1. */
    RuleFields(int rule, ObjectNode json) {
        this.rule = rule;
        this.json = json;
    }

    boolean has(String name) {
        return json.has(name);
    }

    Fault fault() {
        JsonNode value = take("fault");
        Fault fault = value == null || !value.isTextual() ? null : Fault.named(value.textValue());
        if (fault == null) {
            throw unusable("fault", "one of " + Fault.names());
        }
        return fault;
    }

    /** Returns what the rule is about. */
    Set<Target> on() {
        String name = text("on", "any");
        Set<Target> all = new LinkedHashSet<>(List.of(Endpoint.values()));
        all.addAll(List.of(JobbyEndpoint.values()));
        all.add(Defect.DELIVERY);
        Set<Target> named = all.stream()
                .filter(target -> switch (name) {
                    case "any" -> true;
                    case "jobo" -> target instanceof Endpoint;
                    case "jobby" -> target instanceof JobbyEndpoint;
                    default -> target.script().equals(name);
                })
                .collect(Collectors.toSet());
        if (named.isEmpty()) {
            String names = all.stream().map(Target::script).collect(Collectors.joining(", "));
            throw unusable("on", "one of " + names + ", jobo, jobby, any");
        }
        return named;
    }

    StrikeCondition condition() {
        if (has("nth")) {
            for (String other : new String[] {"from", "to", "every", "share", "times"}) {
                if (has(other)) {
                    throw problem(other, "does not go with \"nth\", which is one request");
                }
            }
            long nth = whole("nth", 1, 1, Long.MAX_VALUE);
            return new StrikeCondition(nth, nth, 1, 1);
        }
        long from = whole("from", 1, 1, Long.MAX_VALUE);
        return new StrikeCondition(
                from, whole("to", Long.MAX_VALUE, from, Long.MAX_VALUE), whole("every", 1, 1, Long.MAX_VALUE), share());
    }

    private double share() {
        JsonNode value = take(
                "share",
                node -> node.isNumber() && node.doubleValue() >= 0 && node.doubleValue() <= 1,
                "a number from 0 to 1");
        return value == null ? 1 : value.doubleValue();
    }

    long whole(String name, long missing, long least, long most) {
        String range = most == Long.MAX_VALUE ? "of at least " + least : "from " + least + " to " + most;
        JsonNode value = take(
                name,
                node -> node.isIntegralNumber()
                        && node.canConvertToLong()
                        && node.longValue() >= least
                        && node.longValue() <= most,
                "a whole number " + range);
        return value == null ? missing : value.longValue();
    }

    BigDecimal credits(String name, String missing) {
        JsonNode value =
                take(name, node -> node.isNumber() && node.decimalValue().signum() >= 0, "a number of at least 0");
        return value == null ? new BigDecimal(missing) : value.decimalValue();
    }

    String text(String name, String missing) {
        JsonNode value = take(name, JsonNode::isTextual, "a string");
        return value == null ? missing : value.textValue();
    }

    /** Reads a string that can be the value of a header. */
    String headerValue(String name, String missing) {
        String value = text(name, missing);
        if (!value.matches(HEADER_VALUE)) {
            throw problem(name, "must be printable ASCII");
        }
        return value;
    }

    /** Reads headers that can be sent as they are; the server itself sets the length and the connection. */
    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        JsonNode value = take("headers", JsonNode::isObject, "an object of strings");
        if (value == null) {
            return headers;
        }
        for (Map.Entry<String, JsonNode> header : value.properties()) {
            String name = header.getKey();
            if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")
                    || name.toLowerCase(Locale.ROOT).matches("content-length|transfer-encoding|connection|date")) {
                throw problem("headers", "the header \"" + name + "\" cannot be set");
            }
            if (!header.getValue().isTextual() || !header.getValue().textValue().matches(HEADER_VALUE)) {
                throw problem("headers", "the value of \"" + name + "\" must be a string of printable ASCII");
            }
            headers.put(name, header.getValue().textValue());
        }
        return headers;
    }

    private JsonNode take(String name, Predicate<JsonNode> isUsable, String wanted) {
        JsonNode value = take(name);
        if (value != null && !isUsable.test(value)) {
            throw unusable(name, wanted);
        }
        return value;
    }

    /** Returns the value that is there, or null. */
    JsonNode take(String name) {
        read.add(name);
        return json.get(name);
    }

    /** Refuses fields that were not read; called last. */
    void expectNoOther(Fault fault) {
        json.fieldNames().forEachRemaining(name -> {
            if (!read.contains(name)) {
                throw problem(name, "means nothing to the fault \"" + fault.script() + "\"");
            }
        });
    }

    FaultScriptException unusable(String name, String wanted) {
        JsonNode value = json.get(name);
        String given = value == null ? "is missing" : "is " + brief(value.toString());
        return problem(name, given + ", but must be " + wanted);
    }

    FaultScriptException problem(String name, String problem) {
        return FaultScriptException.at(rule, name, problem);
    }

    private static String brief(String value) {
        return value.length() <= 80 ? value : value.substring(0, 80) + "...";
    }
}
