package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlStatement;
import dev.jobfeed.route.ShippedRoutes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Checks the rules for every file in {@code routes/} that keep it usable for visual editors and readers. */
class RouteFilesTest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    /** Limits the description: visual editors show about 17 characters of it; the note has the explanation. */
    static final int LABEL_LENGTH = 17;

    /** Lists the routes, choices and steps with a side effect, which have a label. */
    private static final Set<String> LABELLED = Set.of(
            "route",
            "routeTemplate",
            "routeConfiguration",
            "onException",
            "choice",
            "when",
            "otherwise",
            "filter",
            "to",
            "toD",
            "bean",
            "process",
            "script",
            "log",
            "wireTap",
            "multicast",
            "recipientList",
            "enrich",
            "poll",
            "pollEnrich");

    /** Lists the steps, triggers and clauses of the YAML DSL that have an id. */
    private static final Set<String> NODES = Set.of(
            "route",
            "routeTemplate",
            "routeConfiguration",
            "from",
            "to",
            "toD",
            "bean",
            "process",
            "setBody",
            "setHeader",
            "setVariable",
            "setProperty",
            "removeHeader",
            "removeHeaders",
            "removeVariable",
            "loop",
            "split",
            "filter",
            "choice",
            "doTry",
            "doFinally",
            "transacted",
            "log",
            "multicast",
            "marshal",
            "unmarshal",
            "convertBodyTo",
            "script",
            "wireTap",
            "delay",
            "throttle",
            "aggregate",
            "pipeline",
            "policy",
            "stop",
            "throwException",
            "when",
            "otherwise",
            "doCatch",
            "poll",
            "enrich",
            "pollEnrich",
            "recipientList",
            "onException");

    private static final Pattern PARAMETER = Pattern.compile(":[a-z_]+");

    /** Lists the clauses that come as a list. */
    private static final Set<String> CLAUSES = Set.of("when", "doCatch");

    @TestFactory
    Stream<DynamicTest> everyFileConformsToTheYamlDslSchema() throws IOException {
        JsonSchema schema;
        try (InputStream in = getClass().getResourceAsStream("/schema/camelYamlDsl.json")) {
            schema = JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V4).getSchema(in);
        }
        return files().map(file ->
                DynamicTest.dynamicTest(file.getFileName().toString(), () -> assertThat(schema.validate(yaml(file)))
                        .filteredOn(fault -> !isPlaceholder(fault.getInstanceNode()))
                        .isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> nodesHaveIdsAndShortLabelsAndNoInlineParameters() throws IOException {
        return files().map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
            List<String> faults = new ArrayList<>();
            faults(yaml(file), "", faults);
            assertThat(faults).isEmpty();
        }));
    }

    @TestFactory
    Stream<DynamicTest> noFileHasAYamlComment() throws IOException {
        return files().map(file ->
                DynamicTest.dynamicTest(file.getFileName().toString(), () -> assertThat(Files.readAllLines(file))
                        .noneMatch(line -> line.matches("(.*\\s)?#(\\s.*)?"))));
    }

    @TestFactory
    Stream<DynamicTest> everyStatementExistsAndJoinsThePagesTransaction() throws IOException {
        return files().flatMap(file -> statements(file).map(sql -> {
            JsonNode options = sql.path("parameters");
            String name = options.path("query").asText();
            return DynamicTest.dynamicTest(sql.path("id").asText(), () -> {
                assertThat(options.path("dataSource").asText()).isEqualTo("#jobfeedDataSource");
                assertThat(options.path("prepareStatementStrategy").asText()).isEqualTo("#jobfeedSql");
                assertThat(options.path("batchAutoCommitDisabled").asBoolean(true))
                        .isEqualTo(!options.path("batch").asBoolean());
                // without a number, PostgreSQL is queried for it at each execution
                assertThat(Stream.of(Dialect.values()).map(database -> PARAMETER
                                .matcher(SqlStatement.text(name, database))
                                .results()
                                .count()))
                        .contains(options.path("parametersCount").asLong());
            });
        }));
    }

    private static Stream<JsonNode> statements(Path file) {
        try {
            return yaml(file).findParents("uri").stream()
                    .filter(endpoint -> endpoint.path("uri").asText().equals("sql"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void bundleListsEachFile() throws IOException {
        assertThat(files().map(file -> file.getFileName().toString().replace(".camel.yaml", "")))
                .containsExactlyElementsOf(ShippedRoutes.FILES);
    }

    @Test
    void noIdIsUsedTwice() throws IOException {
        List<String> ids = new ArrayList<>();
        for (Path file : files().toList()) {
            yaml(file).findValuesAsText("id", ids);
        }
        assertThat(new HashSet<>(ids)).hasSameSizeAs(ids).isNotEmpty();
    }

    private static void faults(JsonNode node, String path, List<String> faults) {
        if (node.isArray()) {
            node.forEach(item -> faults(item, path, faults));
        } else if (node.isObject()) {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                String name = member.getKey();
                JsonNode value = member.getValue();
                String at = path + "/" + name;
                if (NODES.contains(name) && value.isObject() && !isWrapped(value, name)) {
                    if (!at.endsWith("/routeTemplate/route")) {
                        require("id", value, at, faults);
                    }
                    if (LABELLED.contains(name)) {
                        require("description", value, at, faults);
                    }
                } else if (CLAUSES.contains(name) && value.isArray()) {
                    for (JsonNode clause : value) {
                        require("id", clause, at, faults);
                        if (LABELLED.contains(name)) {
                            require("description", clause, at, faults);
                        }
                    }
                } else if (NODES.contains(name) && value.isTextual()) {
                    faults.add(at + " is in the short form");
                }
                if (name.equals("description") && value.asText().length() > LABEL_LENGTH) {
                    faults.add(at + " has more than " + LABEL_LENGTH + " characters: " + value.asText());
                }
                if (name.equals("uri") && value.asText().matches(".*[?&].*")) {
                    faults.add(at + " has inline parameters: " + value.asText());
                }
                if (!name.equals("parameters")) {
                    faults(value, at, faults);
                }
            }
        }
    }

    private static void require(String member, JsonNode node, String at, List<String> faults) {
        if (node.path(member).asText().isBlank()) {
            faults.add(at + " " + node.path("id").asText() + " lacks " + member);
        }
    }

    /** Returns whether this is a part of an expression or a policy that shares its name with a node. */
    private static boolean isWrapped(JsonNode value, String name) {
        return value.size() == 1 && value.has(name);
    }

    /** Returns whether the schema requires a boolean or a number where Camel also accepts a property placeholder. */
    private static boolean isPlaceholder(JsonNode value) {
        return value != null && value.isTextual() && value.asText().matches("\\{\\{.+}}");
    }

    private static JsonNode yaml(Path file) throws IOException {
        return YAML.readTree(file.toFile());
    }

    private static Stream<Path> files() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of("routes"))) {
            files = all.sorted().toList();
        }
        assertThat(files).isNotEmpty().allMatch(file -> file.toString().endsWith(".camel.yaml"));
        return files.stream();
    }
}
