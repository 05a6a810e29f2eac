package dev.jobfeed.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One operation of an OpenAPI 3.1 document, reduced to what a client depends on. Nested fields have paths such as
 * {@code a.b}; those of a response are relative to the content of {@code data}, and to a row of a list.
 *
 * @param required required parameters and fields of the request, those of the path excepted
 * @param returned fields of successful responses; empty if the document does not describe them
 * @param scopes scopes of the token; empty if the document names none
 * @param enums values of the request's and the response's enumerated fields, by {@code request} or {@code response},
 *     a space, and the path
 */
record OpenApiOperation(
        boolean deprecated,
        SortedSet<String> required,
        SortedSet<String> returned,
        SortedSet<String> scopes,
        SortedMap<String, SortedSet<String>> enums) {

    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete");

    /** Deeper fields are not read; a schema may contain itself. */
    private static final int MAX_DEPTH = 8;

    /**
     * Reads all operations of a document, by method and path such as {@code POST /webhooks/{id}/test}.
     *
     * @param basePath path of the API's base URL, which the document's paths may or may not begin with
     */
    static SortedMap<String, OpenApiOperation> of(JsonNode document, String basePath) {
        SortedMap<String, OpenApiOperation> operations = new TreeMap<>();
        document.path("paths").properties().forEach(path -> {
            JsonNode item = new Reader(document).resolve(path.getValue());
            item.properties().stream()
                    .filter(operation -> METHODS.contains(operation.getKey()))
                    .forEach(operation -> operations.put(
                            operation.getKey().toUpperCase(Locale.ROOT) + " " + template(path.getKey(), basePath),
                            new Reader(document).read(item, operation.getValue())));
        });
        return operations;
    }

    private static String template(String path, String basePath) {
        String below =
                !basePath.isEmpty() && path.startsWith(basePath + "/") ? path.substring(basePath.length()) : path;
        return below.replaceAll("\\{[^}]*}", "{id}");
    }

    private static final class Reader {

        private final JsonNode document;
        private final SortedSet<String> required = new TreeSet<>();
        private final SortedSet<String> returned = new TreeSet<>();
        private final SortedMap<String, SortedSet<String>> enums = new TreeMap<>();

        Reader(JsonNode document) {
            this.document = document;
        }

        OpenApiOperation read(JsonNode path, JsonNode operation) {
            for (JsonNode parameters : List.of(path.path("parameters"), operation.path("parameters"))) {
                parameters.forEach(parameter -> parameter(resolve(parameter)));
            }
            JsonNode body = resolve(operation.path("requestBody"));
            walk(json(body), "", "request ", required, body.path("required").asBoolean(), 0);
            operation.path("responses").properties().stream()
                    .filter(response -> response.getKey().startsWith("2"))
                    .forEach(response ->
                            walk(content(json(resolve(response.getValue()))), "", "response ", returned, false, 0));
            return new OpenApiOperation(
                    operation.path("deprecated").asBoolean()
                            || path.path("deprecated").asBoolean(),
                    required,
                    returned,
                    scopes(operation),
                    enums);
        }

        private SortedSet<String> scopes(JsonNode operation) {
            SortedSet<String> scopes = new TreeSet<>();
            (operation.has("security") ? operation : document)
                    .path("security")
                    .forEach(requirement ->
                            requirement.forEach(names -> names.forEach(name -> scopes.add(name.asText()))));
            return scopes;
        }

        private void parameter(JsonNode parameter) {
            String name = parameter.path("name").asText();
            if (parameter.path("in").asText().equals("path")) {
                return;
            }
            if (parameter.path("required").asBoolean()) {
                required.add(name);
            }
            walk(parameter.path("schema"), name, "request ", new TreeSet<>(), false, 0);
        }

        /** Returns the schema of the JSON of a request or a response; a missing node if it has none. */
        private JsonNode json(JsonNode body) {
            return body.path("content").properties().stream()
                    .filter(content -> content.getKey().matches("(?i)application/([\\w.+-]+[+])?json\\s*(;.*)?"))
                    .map(content -> content.getValue().path("schema"))
                    .findFirst()
                    .orElse(document.path(""));
        }

        /** Returns what a response has in its envelope. */
        private JsonNode content(JsonNode schema) {
            JsonNode data = data(schema, 0);
            return data.isMissingNode() ? schema : data;
        }

        private JsonNode data(JsonNode unresolved, int depth) {
            JsonNode schema = resolve(unresolved);
            JsonNode data = schema.path("properties").path("data");
            for (String composition : List.of("allOf", "anyOf", "oneOf")) {
                for (JsonNode part : schema.path(composition)) {
                    data = data.isMissingNode() && depth < MAX_DEPTH ? data(part, depth + 1) : data;
                }
            }
            return data;
        }

        /**
         * Collects the fields of a schema.
         *
         * @param fields the required fields if the schema is of a request, all fields if of a response
         * @param mandatory whether the schema itself is required
         */
        private void walk(
                JsonNode unresolved, String path, String side, SortedSet<String> fields, boolean mandatory, int depth) {
            JsonNode schema = resolve(unresolved);
            if (depth > MAX_DEPTH) {
                return;
            }
            SortedSet<String> values = new TreeSet<>();
            schema.path("enum").forEach(value -> values.add(value.asText()));
            if (schema.has("const")) {
                values.add(schema.get("const").asText());
            }
            if (!values.isEmpty()) {
                enums.computeIfAbsent(side + path, name -> new TreeSet<>()).addAll(values);
            }
            for (String composition : List.of("allOf", "anyOf", "oneOf")) {
                boolean all = composition.equals("allOf");
                schema.path(composition).forEach(part -> walk(part, path, side, fields, mandatory && all, depth + 1));
            }
            if (schema.has("items")) {
                walk(schema.get("items"), path, side, fields, false, depth + 1);
            }
            String prefix = path.isEmpty() ? "" : path + ".";
            Set<String> needed = new TreeSet<>();
            if (mandatory) {
                schema.path("required").forEach(name -> needed.add(prefix + name.asText()));
                fields.addAll(needed);
            }
            for (Map.Entry<String, JsonNode> property :
                    schema.path("properties").properties()) {
                String name = prefix + property.getKey();
                if (side.equals("response ")) {
                    fields.add(name);
                }
                walk(property.getValue(), name, side, fields, needed.contains(name), depth + 1);
            }
        }

        /** Returns what a local reference refers to; a missing node for any other. */
        private JsonNode resolve(JsonNode node) {
            JsonNode resolved = node;
            for (int i = 0; i < MAX_DEPTH && resolved.has("$ref"); i++) {
                String reference = resolved.get("$ref").asText();
                resolved = reference.startsWith("#/") ? document.at(reference.substring(1)) : document.path("");
            }
            return resolved;
        }
    }
}
