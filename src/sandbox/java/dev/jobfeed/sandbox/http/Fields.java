package dev.jobfeed.sandbox.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.apache.hc.core5.http.NameValuePair;
import org.apache.hc.core5.net.WWWFormCodec;

/** The fields of a request, whether they came in a body or in a query; null and missing are the same. */
public record Fields(ObjectNode values, Rejection rejection) {

    /** How an API refuses a field; null for the whole body. */
    @FunctionalInterface
    public interface Rejection {
        ApiError of(String field, String problem);
    }

    public Fields(ObjectNode values) {
        this(values, ApiError::invalid);
    }

    public static Fields ofBody(String body) throws ApiError {
        return ofBody(body, ApiError::invalid);
    }

    public static Fields ofBody(String body, Rejection rejection) throws ApiError {
        if (body.isBlank()) {
            return new Fields(Json.MAPPER.createObjectNode(), rejection);
        }
        try {
            if (Json.MAPPER.readTree(body) instanceof ObjectNode object) {
                return new Fields(object, rejection);
            }
        } catch (JsonProcessingException e) {
            throw rejection.of(null, "is not valid JSON");
        }
        throw rejection.of(null, "must be a JSON object");
    }

    public static Fields ofQuery(String query) throws ApiError {
        return ofQuery(query, "batch_size", ApiError::invalid);
    }

    /**
     * Reads a query.
     *
     * @param number the field that is a number; all others are text
     */
    public static Fields ofQuery(String query, String number, Rejection rejection) throws ApiError {
        ObjectNode values = Json.MAPPER.createObjectNode();
        for (NameValuePair pair : WWWFormCodec.parse(query, StandardCharsets.UTF_8)) {
            String value = pair.getValue() == null ? "" : pair.getValue();
            if (pair.getName().equals(number)) {
                try {
                    values.put(number, Integer.parseInt(value));
                } catch (NumberFormatException e) {
                    throw rejection.of(number, "must be an integer");
                }
            } else if (!value.isEmpty()) {
                values.put(pair.getName(), value);
            }
        }
        return new Fields(values, rejection);
    }

    public String text(String name) throws ApiError {
        JsonNode value = value(name, JsonNode::isTextual, "must be a string");
        return value == null ? null : value.textValue();
    }

    public String requiredText(String name) throws ApiError {
        String text = text(name);
        if (text == null || text.isBlank()) {
            throw rejection.of(name, "is required");
        }
        return text;
    }

    public Boolean flag(String name) throws ApiError {
        JsonNode value = value(name, JsonNode::isBoolean, "must be true or false");
        return value == null ? null : value.booleanValue();
    }

    public Integer number(String name) throws ApiError {
        JsonNode value = value(name, node -> node.isIntegralNumber() && node.canConvertToInt(), "must be an integer");
        return value == null ? null : value.intValue();
    }

    public int number(String name, int missing, int least, int most) throws ApiError {
        Integer number = number(name);
        if (number == null) {
            return missing;
        }
        if (number < least || number > most) {
            throw rejection.of(name, "must be between " + least + " and " + most);
        }
        return number;
    }

    /** Returns microseconds since 1970, or null. */
    public Long time(String name) throws ApiError {
        String text = text(name);
        try {
            return text == null ? null : Times.parse(text);
        } catch (DateTimeException | ArithmeticException e) {
            throw rejection.of(name, "is not a valid date-time");
        }
    }

    /** Returns the elements of an array; none when it is missing. */
    public List<JsonNode> elements(String name, Predicate<JsonNode> type, String elements) throws ApiError {
        List<JsonNode> list = new ArrayList<>();
        JsonNode value = value(name, JsonNode::isArray, "must be an array");
        if (value != null) {
            for (JsonNode one : value) {
                if (!type.test(one)) {
                    throw rejection.of(name, "must be an array of " + elements);
                }
                list.add(one);
            }
        }
        return list;
    }

    public List<String> texts(String name) throws ApiError {
        return elements(name, JsonNode::isTextual, "strings").stream()
                .map(JsonNode::textValue)
                .toList();
    }

    /** Returns the wanted values in one spelling; an empty list asks for nothing in particular, as no list does. */
    public Set<String> texts(String name, UnaryOperator<String> spelling) throws ApiError {
        Set<String> texts = new LinkedHashSet<>();
        texts(name).forEach(text -> texts.add(spelling.apply(text)));
        return texts;
    }

    private JsonNode value(String name, Predicate<JsonNode> type, String problem) throws ApiError {
        JsonNode value = values.get(name);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!type.test(value)) {
            throw rejection.of(name, problem);
        }
        return value;
    }

    /** Returns what a cursor has to remember of a request. */
    public Fields withoutPaging() {
        ObjectNode scan = values.deepCopy();
        scan.remove("cursor");
        scan.remove("batch_size");
        return new Fields(scan);
    }
}
