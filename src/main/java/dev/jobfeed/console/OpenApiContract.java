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

/** What the API's own description says that it can be asked. Read when somebody asks first, which a command never does. */
public final class OpenApiContract {

    private static final Pattern IN_PATH = Pattern.compile("\\{[^}]+}");

    private Map<Pattern, Set<String>> parameters;
    private Set<String> fields;

    /** The names of the parameters that a look at a path takes; empty when it is none of the API. */
    Optional<Set<String>> parameters(String path) {
        read();
        return parameters.entrySet().stream()
                .filter(known -> known.getKey().matcher(path).matches())
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** The names of the fields of an action's body. */
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
                parameters.put(Pattern.compile(IN_PATH.matcher(path.getKey()).replaceAll("[^/]+") + "/?"), names);
            }
        });
        fields = new TreeSet<>();
        root.at("/components/schemas/Action/properties").fieldNames().forEachRemaining(fields::add);
    }
}
