package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import dev.jobfeed.config.JobfeedProperties;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Tests the files in {@code docker/} with the programs that read them. */
class ContainersTest {

    private static final Path DOCKER = Path.of("docker");
    private static final YAMLMapper YAML = new YAMLMapper();

    @Test
    void composeAcceptsTheFileAndFindsAllMounts() throws Exception {
        Path binary = Path.of("/usr/bin/docker-compose");
        assumeTrue(Files.isExecutable(binary), "apt-get install docker-compose to have compose.yaml checked");

        Command compose = Command.run(
                binary.toString(),
                "-f",
                DOCKER.resolve("compose.yaml").toString(),
                "--env-file",
                DOCKER.resolve("sandbox.env").toString(),
                "--profile",
                "sandbox",
                "config");

        assertThat(compose.exitCode()).as(compose.output()).isZero();
        JsonNode services =
                YAML.readTree(DOCKER.resolve("compose.yaml").toFile()).get("services");
        assertThat(names(services))
                .containsExactlyInAnyOrder("postgres", "jobfeed", "sandbox", "prometheus", "grafana");
        for (JsonNode service : services) {
            for (JsonNode volume : service.path("volumes")) {
                String from = volume.textValue().split(":")[0];
                assertThat(!from.startsWith(".") || Files.exists(DOCKER.resolve(from)))
                        .as(from)
                        .isTrue();
            }
        }
        assertThat(services.at("/sandbox/profiles/0").textValue()).isEqualTo("sandbox");
    }

    @Test
    void everySettingOfComposeExists() throws IOException {
        List<String> set = new ArrayList<>();
        JsonNode compose = YAML.readTree(DOCKER.resolve("compose.yaml").toFile());
        set.addAll(names(compose.at("/services/jobfeed/environment")));
        Files.readAllLines(DOCKER.resolve("sandbox.env")).stream()
                .filter(line -> line.matches("(JOBO|JOBFEED)_.*"))
                .map(line -> line.split("=")[0])
                .forEach(set::add);

        assertThat(set).isNotEmpty().allMatch(environment()::contains);
    }

    @Test
    void kubernetesAcceptsEveryFieldOfTheManifests() throws IOException {
        V1Deployment deployment = V1Deployment.fromJson(manifest("deployment"));
        V1Service service = V1Service.fromJson(manifest("service"));
        V1Secret secret = V1Secret.fromJson(manifest("secret"));
        V1ConfigMap conf = V1ConfigMap.fromJson(manifest("configmap"));

        JsonElement misspelled = JsonParser.parseString(manifest("deployment").replace("\"replicas\"", "\"replica\""));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> V1Deployment.validateJsonElement(misspelled))
                .as("unknown field is reported")
                .hasMessageContaining("replica");
        var pod = deployment.getSpec().getTemplate();
        assertThat(service.getSpec().getSelector())
                .isEqualTo(deployment.getSpec().getSelector().getMatchLabels())
                .isEqualTo(pod.getMetadata().getLabels());
        assertThat(pod.getSpec().getSecurityContext().getRunAsNonRoot()).isTrue();
        V1Container container = pod.getSpec().getContainers().get(0);
        assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getResources().getLimits()).containsKey("memory");
        assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
        assertThat(path(container.getReadinessProbe())).isEqualTo("/observe/health/ready");
        assertThat(path(container.getLivenessProbe())).isEqualTo("/observe/health/live");
        assertThat(path(container.getStartupProbe())).isEqualTo("/observe/health/live");
        assertThat(container.getEnvFrom().get(0).getSecretRef().getName())
                .isEqualTo(secret.getMetadata().getName());
        assertThat(pod.getSpec().getVolumes().get(0).getConfigMap().getName())
                .isEqualTo(conf.getMetadata().getName());
        assertThat(secret.getStringData().keySet()).contains("JOBO_API_KEY").allMatch(environment()::contains);
        Properties properties = new Properties();
        properties.load(new StringReader(conf.getData().get("application.properties")));
        assertThat(JobfeedProperties.defaults().keySet()).containsAll(properties.stringPropertyNames());
    }

    @Test
    void imageRunsWithoutRootAndPassesSignalsToJava() throws IOException {
        String image = Files.readString(DOCKER.resolve("Dockerfile"));

        assertThat(image)
                .contains("USER 10001:10001")
                .contains("ENTRYPOINT [\"/opt/jobfeed/bin/jobfeed\"]")
                .contains("/observe/health/ready");
        assertThat(Files.readAllLines(Path.of("src/main/bin/jobfeed")))
                .last()
                .asString()
                .startsWith("exec ");
        image.lines()
                .filter(line -> line.matches(".*JOBFEED_\\w+=.*"))
                .map(line -> line.replaceFirst(".*(JOBFEED_\\w+)=.*", "$1"))
                .forEach(name -> assertThat(environment()).contains(name));
    }

    private static String path(V1Probe probe) {
        return probe.getHttpGet().getPath();
    }

    private static String manifest(String name) throws IOException {
        return YAML.readTree(DOCKER.resolve("kubernetes/" + name + ".yaml").toFile())
                .toString();
    }

    private static Set<String> environment() {
        return JobfeedProperties.defaults().keySet().stream()
                .map(JobfeedProperties::environmentVariable)
                .collect(Collectors.toSet());
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
