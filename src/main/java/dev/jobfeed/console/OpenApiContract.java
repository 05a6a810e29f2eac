package dev.jobfeed.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.jobfeed.config.SharedObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Provides the operations, parameters and fields that the console's OpenAPI description defines. Loaded on first use,
 * so that commands do not load it.
 */
public final class OpenApiContract {

    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{([^}]+)}");

    private static final Pattern REPORT_PARAMETER = Pattern.compile("(?!camel|report$)[a-z][a-z0-9_]*");

    private List<Operation> operations;
    private Set<String> fields;

    /**
     * An operation of the API.
     *
     * @param id {@code operationId} of the description
     * @param path matches the paths of the operation, with a group for each path parameter
     */
    record Operation(String id, String method, Pattern path, List<Parameter> parameters) {

        /**
         * Creates the operation of a report, which takes any parameters as text, but none that is a header with a
         * meaning to Camel, such as a statement to execute.
         */
        static Operation report(Pattern path, Set<String> query) {
            return new Operation(
                    "report",
                    "GET",
                    path,
                    Stream.concat(
                                    Stream.of(Parameter.text("report", true)),
                                    query.stream()
                                            .filter(name -> REPORT_PARAMETER
                                                    .matcher(name)
                                                    .matches())
                                            .map(name -> Parameter.text(name, false)))
                            .toList());
        }

        /**
         * Reads the parameters of a request, in the types of the description and with its defaults; null if absent.
         *
         * @throws HttpProblemException with 400 or 404
         */
        Map<String, Object> read(String requestPath, QueryParameters query) {
            query.check(parameters.stream()
                    .filter(parameter -> !parameter.isInPath())
                    .map(Parameter::name)
                    .collect(Collectors.toCollection(TreeSet::new)));
            Matcher matcher = path.matcher(requestPath);
            matcher.matches();
            Map<String, Object> values = new HashMap<>();
            for (Parameter parameter : parameters) {
                String text = parameter.isInPath()
                        ? matcher.group(parameter.name())
                        : query.text(parameter.name()).orElse(parameter.defaultValue());
                values.put(parameter.name(), text == null ? null : parameter.read(text));
            }
            return values;
        }
    }

    /**
     * A parameter of an operation.
     *
     * @param schema empty if any text is accepted
     */
    record Parameter(String name, boolean isInPath, String description, JsonNode schema) {

        static Parameter text(String name, boolean isInPath) {
            return new Parameter(name, isInPath, "", MissingNode.getInstance());
        }

        static Parameter of(JsonNode json) {
            return new Parameter(
                    json.get("name").asText(),
                    json.get("in").asText().equals("path"),
                    json.path("description").asText(),
                    json.get("schema"));
        }

        String defaultValue() {
            return schema.path("default").asText(null);
        }

        Object read(String text) {
            if (schema.path("type").asText().equals("integer")) {
                return number(text);
            }
            if (schema.path("format").asText().equals("uuid")) {
                return uuid(text);
            }
            if (schema.has("enum") && name.equals("stream")) {
                return HttpProblemException.stream(text).stream();
            }
            Set<String> values = new LinkedHashSet<>();
            schema.path("enum").forEach(value -> values.add(value.asText()));
            if (!isInPath && !values.isEmpty() && !values.contains(text)) {
                throw new HttpProblemException(
                        400, name + " is '" + text + "'; it takes one of " + String.join(", ", values) + ".");
            }
            if (schema.has("pattern") && !text.matches(schema.get("pattern").asText())) {
                throw new HttpProblemException(400, name + " is '" + text + "'; it takes the " + description);
            }
            return text;
        }

        private Long number(String text) {
            long number;
            try {
                number = Long.parseLong(text);
            } catch (NumberFormatException e) {
                throw new HttpProblemException(400, name + " is '" + text + "'; it takes a whole number.");
            }
            long minimum = schema.path("minimum").asLong(Long.MIN_VALUE);
            long maximum = schema.path("maximum").asLong(Long.MAX_VALUE);
            if (number < minimum || number > maximum) {
                throw new HttpProblemException(
                        400, name + " is " + number + "; it takes " + minimum + " to " + maximum + ".");
            }
            return number;
        }

        private UUID uuid(String text) {
            try {
                return UUID.fromString(text);
            } catch (IllegalArgumentException e) {
                throw new HttpProblemException(
                        404, "There is nothing with the " + name + " '" + text + "'; it is a UUID.");
            }
        }
    }

    /**
     * Finds the operation of a request; HEAD is answered like GET.
     *
     * @throws HttpProblemException with 404 if the API has no such path, 405 if the path has another method
     */
    Operation operation(String method, String path) {
        read();
        List<Operation> found = operations.stream()
                .filter(operation -> operation.path().matcher(path).matches())
                .toList();
        if (found.isEmpty()) {
            throw HttpProblemException.nothing(path);
        }
        String same = method.equals("HEAD") ? "GET" : method;
        return found.stream()
                .filter(operation -> operation.method().equals(same))
                .findFirst()
                .orElseThrow(() -> HttpProblemException.method(
                        method,
                        found.stream()
                                .map(operation -> operation.method().equals("GET") ? "GET, HEAD" : operation.method())
                                .collect(Collectors.joining(", "))));
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
            root = SharedObjectMapper.JSON.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        operations = new ArrayList<>();
        root.get("paths").properties().forEach(path -> {
            Pattern pattern =
                    Pattern.compile(PATH_PARAMETER.matcher(path.getKey()).replaceAll("(?<$1>[^/]+)") + "/?");
            path.getValue()
                    .properties()
                    .forEach(operation -> operations.add(new Operation(
                            operation.getValue().get("operationId").asText(),
                            operation.getKey().toUpperCase(Locale.ROOT),
                            pattern,
                            StreamSupport.stream(
                                            operation
                                                    .getValue()
                                                    .path("parameters")
                                                    .spliterator(),
                                            false)
                                    .map(Parameter::of)
                                    .toList())));
        });
        fields = new TreeSet<>();
        root.at("/components/schemas/Action/properties").fieldNames().forEachRemaining(fields::add);
    }
}
