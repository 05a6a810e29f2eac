package dev.jobfeed.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the API's own description says that it can be asked.
 *
 * @param parameters the names of a look's parameters, by its path
 * @param fields the names of the fields of an action's body
 */
record Description(Map<Pattern, Set<String>> parameters, Set<String> fields) {

    private static final Pattern IN_PATH = Pattern.compile("\\{[^}]+}");

    /** Reads it from the class path. */
    static Description read() {
        JsonNode root;
        try (InputStream in = Description.class.getResourceAsStream("/dev/jobfeed/ops/openapi.json")) {
            root = new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<Pattern, Set<String>> parameters = new LinkedHashMap<>();
        root.get("paths").properties().forEach(path -> {
            if (path.getValue().has("get")) {
                Set<String> names = new TreeSet<>();
                path.getValue().at("/get/parameters").forEach(parameter -> {
                    if (parameter.get("in").asText().equals("query")) {
                        names.add(parameter.get("name").asText());
                    }
                });
                parameters.put(Pattern.compile(IN_PATH.matcher(path.getKey()).replaceAll("[^/]+") + "/?"), names);
            }
        });
        Set<String> fields = new TreeSet<>();
        root.at("/components/schemas/Action/properties").fieldNames().forEachRemaining(fields::add);
        return new Description(parameters, fields);
    }

    /** The parameters that a path takes; empty when it is none of the API. */
    Optional<Set<String>> parameters(String path) {
        return parameters.entrySet().stream()
                .filter(known -> known.getKey().matcher(path).matches())
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
