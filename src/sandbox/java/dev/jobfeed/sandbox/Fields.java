package dev.jobfeed.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The fields of a request, whether they came in a body or in a query; null and missing are the same. */
record Fields(ObjectNode values) {

    static Fields ofBody(String body) throws ApiError {
        if (body.isBlank()) {
            return new Fields(HttpReply.MAPPER.createObjectNode());
        }
        try {
            if (HttpReply.MAPPER.readTree(body) instanceof ObjectNode object) {
                return new Fields(object);
            }
        } catch (JsonProcessingException e) {
            throw ApiError.badRequest("The request body is not valid JSON.");
        }
        throw ApiError.badRequest("The request body must be a JSON object.");
    }

    static Fields ofQuery(String query) throws ApiError {
        ObjectNode values = HttpReply.MAPPER.createObjectNode();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                String name = decode(pair.substring(0, equals));
                String value = decode(pair.substring(equals + 1));
                if (value.isEmpty()) {
                    continue;
                }
                if (name.equals("batch_size")) {
                    values.put(name, wholeNumber(value));
                } else {
                    values.put(name, value);
                }
            }
        }
        return new Fields(values);
    }

    private static int wholeNumber(String value) throws ApiError {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw ApiError.badRequest("Parameter 'batch_size' must be an integer.");
        }
    }

    private static String decode(String text) throws ApiError {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiError.badRequest("The query is not valid.");
        }
    }

    String text(String name) throws ApiError {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isTextual()) {
            throw ApiError.badRequest("Parameter '" + name + "' must be a string.");
        }
        return value.textValue();
    }

    Boolean flag(String name) throws ApiError {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isBoolean()) {
            throw ApiError.badRequest("Parameter '" + name + "' must be true or false.");
        }
        return value.booleanValue();
    }

    Integer number(String name) throws ApiError {
        JsonNode value = value(name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw ApiError.badRequest("Parameter '" + name + "' must be an integer.");
        }
        return value.intValue();
    }

    /** Microseconds since 1970, or null. */
    Long time(String name) throws ApiError {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return Times.parse(text);
        } catch (DateTimeException | ArithmeticException e) {
            throw ApiError.badRequest("Parameter '" + name + "' is not a valid date-time.");
        }
    }

    /** The wanted values in one spelling; an empty list asks for nothing in particular, as no list does. */
    Set<String> texts(String name, UnaryOperator<String> spelling) throws ApiError {
        Set<String> texts = new LinkedHashSet<>();
        JsonNode value = value(name);
        if (value == null) {
            return texts;
        }
        if (!value.isArray()) {
            throw ApiError.badRequest("Parameter '" + name + "' must be an array.");
        }
        for (JsonNode one : value) {
            if (!one.isTextual()) {
                throw ApiError.badRequest("Parameter '" + name + "' must be an array of strings.");
            }
            texts.add(spelling.apply(one.textValue()));
        }
        return texts;
    }

    int batchSize(int missing, int most) throws ApiError {
        Integer size = number("batch_size");
        if (size == null) {
            return missing;
        }
        if (size < 1 || size > most) {
            throw ApiError.badRequest("Parameter 'batch_size' must be between 1 and " + most + ".");
        }
        return size;
    }

    JsonNode value(String name) {
        JsonNode value = values.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** What a cursor has to remember of a request. */
    Fields withoutPaging() {
        ObjectNode scan = values.deepCopy();
        scan.remove("cursor");
        scan.remove("batch_size");
        return new Fields(scan);
    }
}
