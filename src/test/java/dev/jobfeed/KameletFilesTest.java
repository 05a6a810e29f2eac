package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests what a visual editor reads from a Kamelet. */
class KameletFilesTest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Path FILES = Path.of("src/main/resources/kamelets");
    private static final Pattern PARAMETER = Pattern.compile("\\{\\{\\??([A-Za-z]+)}}");

    /** Lists parameters that Camel adds, and the names of beans of a template. */
    private static final Set<String> GIVEN = Set.of("routeId", "settings", "delivered");

    static Stream<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void eachPropertyIsDescribedAndUsed(Path file) throws IOException {
        JsonNode kamelet = YAML.readTree(file.toFile());
        Set<String> used = new TreeSet<>();
        PARAMETER
                .matcher(kamelet.path("spec").path("template").toString())
                .results()
                .map(found -> found.group(1))
                .filter(name -> !GIVEN.contains(name))
                .forEach(used::add);
        Set<String> described = new TreeSet<>();
        JsonNode properties = kamelet.path("spec").path("definition").path("properties");
        for (Map.Entry<String, JsonNode> property : properties.properties()) {
            described.add(property.getKey());
            assertThat(property.getValue().path("title").asText()).isNotBlank();
            assertThat(property.getValue().path("description").asText()).endsWith(".");
            assertThat(property.getValue().path("type").asText()).isIn("string", "integer", "boolean");
        }

        assertThat(described).isNotEmpty().isEqualTo(used);
    }

    @ParameterizedTest
    @MethodSource("files")
    void eachFileMatchesItsName(Path file) throws IOException {
        JsonNode kamelet = YAML.readTree(file.toFile());
        String name = file.getFileName().toString().replace(".kamelet.yaml", "");

        assertThat(kamelet.path("kind").asText()).isEqualTo("Kamelet");
        assertThat(kamelet.path("metadata").path("name").asText()).isEqualTo(name);
        assertThat(kamelet.path("metadata")
                        .path("labels")
                        .path("camel.apache.org/kamelet.type")
                        .asText())
                .isEqualTo(name.substring(name.lastIndexOf('-') + 1));
        assertThat(kamelet.path("metadata").path("annotations").properties())
                .extracting(Map.Entry::getKey)
                .contains(
                        "camel.apache.org/kamelet.support.level",
                        "camel.apache.org/kamelet.icon",
                        "camel.apache.org/provider",
                        "camel.apache.org/kamelet.group",
                        "camel.apache.org/kamelet.namespace");
        assertThat(kamelet.path("spec").path("definition").path("title").asText())
                .isNotBlank();
        assertThat(kamelet.path("spec").path("definition").path("description").asText())
                .isNotBlank();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyStepLabelFitsTheEditor(Path file) throws IOException {
        JsonNode template = YAML.readTree(file.toFile()).path("spec").path("template");

        assertThat(template.findValuesAsText("description")).isNotEmpty().allSatisfy(label -> assertThat(label)
                .hasSizeLessThanOrEqualTo(RouteFilesTest.LABEL_LENGTH));
    }

    @ParameterizedTest
    @MethodSource("files")
    void keyIsMarkedAsSecret(Path file) throws IOException {
        JsonNode properties =
                YAML.readTree(file.toFile()).path("spec").path("definition").path("properties");

        for (Map.Entry<String, JsonNode> property : properties.properties()) {
            if (property.getKey().matches("(?i).*(key|token|secret|password).*")) {
                assertThat(property.getValue().path("format").asText()).isEqualTo("password");
            }
        }
    }
}
