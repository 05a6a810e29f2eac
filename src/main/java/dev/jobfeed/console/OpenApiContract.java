package dev.jobfeed.console;

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
 * Provides the parameters and fields that the console's OpenAPI description defines. Loaded on first use, so that
 * commands do not load it.
 */
public final class OpenApiContract {

    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{[^}]+}");

    private Map<Pattern, Set<String>> parameters;
    private Set<String> fields;

    /** Returns the names of the query parameters of a GET path; empty if the API has no such path. */
    Optional<Set<String>> parameters(String path) {
        read();
        return parameters.entrySet().stream()
                .filter(known -> known.getKey().matcher(path).matches())
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Returns the names of the fields in an action's body. */
    Set<String> fields() {
        read();
        return fields;
    }

    private synchronized void read() {
        if (fields != null) {
            return;
        }
        JsonNode root;
        try (InputStream in = OpenApiContract.class.getResourceAsStream("/dev/jobfeed/console/openapi.json")) {
            root = new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        parameters = new LinkedHashMap<>();
        root.get("paths").properties().forEach(path -> {
            if (path.getValue().has("get")) {
                Set<String> names = new TreeSet<>();
                path.getValue().at("/get/parameters").forEach(parameter -> {
                    if (parameter.get("in").asText().equals("query")) {
                        names.add(parameter.get("name").asText());
                    }
                });
                parameters.put(
                        Pattern.compile(PATH_PARAMETER.matcher(path.getKey()).replaceAll("[^/]+") + "/?"), names);
            }
        });
        fields = new TreeSet<>();
        root.at("/components/schemas/Action/properties").fieldNames().forEachRemaining(fields::add);
    }
}
