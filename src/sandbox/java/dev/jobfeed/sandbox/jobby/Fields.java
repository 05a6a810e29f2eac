package dev.jobfeed.sandbox.jobby;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The fields of a body; null and missing are the same. */
record Fields(ObjectNode values) {

    static Fields of(String body) throws ApiError {
        try {
            if (HttpReply.MAPPER.readTree(body) instanceof ObjectNode object) {
                return new Fields(object);
            }
        } catch (JsonProcessingException e) {
            throw ApiError.invalid("body", "Not valid JSON");
        }
        throw ApiError.invalid("body", "Expected an object");
    }

    String required(String name) throws ApiError {
        String text = optional(name);
        if (text == null || text.isBlank()) {
            throw ApiError.invalid(name, "Required");
        }
        return text;
    }

    String optional(String name) throws ApiError {
        JsonNode value = values.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw ApiError.invalid(name, "Expected a string");
        }
        return value.textValue();
    }

    List<String> texts(String name) throws ApiError {
        JsonNode value = values.path(name);
        if (!value.isArray() || value.isEmpty()) {
            throw ApiError.invalid(name, "Expected a list with at least one entry");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode one : value) {
            if (!one.isTextual()) {
                throw ApiError.invalid(name, "Expected strings");
            }
            texts.add(one.textValue());
        }
        return texts;
    }
}
