package dev.jobfeed.sandbox.jobby;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The fields of a body; null and missing are the same. */
record Fields(ObjectNode values) {

    static Fields of(String body) throws Refused {
        try {
            if (Answer.MAPPER.readTree(body) instanceof ObjectNode object) {
                return new Fields(object);
            }
        } catch (JsonProcessingException e) {
            throw Refused.invalid("body", "Not valid JSON");
        }
        throw Refused.invalid("body", "Expected an object");
    }

    String required(String name) throws Refused {
        String text = optional(name);
        if (text == null || text.isBlank()) {
            throw Refused.invalid(name, "Required");
        }
        return text;
    }

    String optional(String name) throws Refused {
        JsonNode value = values.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw Refused.invalid(name, "Expected a string");
        }
        return value.textValue();
    }

    List<String> texts(String name) throws Refused {
        JsonNode value = values.path(name);
        if (!value.isArray() || value.isEmpty()) {
            throw Refused.invalid(name, "Expected a list with at least one entry");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode one : value) {
            if (!one.isTextual()) {
                throw Refused.invalid(name, "Expected strings");
            }
            texts.add(one.textValue());
        }
        return texts;
    }
}
