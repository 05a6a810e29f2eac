package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.config.UnknownProperties;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UnknownPropertiesTest {

    @Test
    void misspelledPropertyIsReportedWithASuggestion() {
        assertThat(UnknownProperties.among(Set.of(
                        "jobo.jobs.batchsize",
                        "acme.jobo.api-kee",
                        "jobfeed.colour",
                        "jobo.api-key",
                        "acme.jobo.api-key",
                        "jobfeed.log.level",
                        "camel.main.name",
                        "server.port")))
                .isEqualTo(Map.of(
                        "jobo.jobs.batchsize",
                        Optional.of("jobo.jobs.batch-size"),
                        "acme.jobo.api-kee",
                        Optional.of("acme.jobo.api-key"),
                        "jobfeed.colour",
                        Optional.empty()));
    }

    @Test
    void unknownVariableIsReportedUnlessOfKubernetesOrAnotherProgram() {
        assertThat(UnknownProperties.amongVariables(Map.of(
                        "JOBO_API_KY", "x",
                        "ACME_JOBO_API_KY", "x",
                        "JOBFEED_COLOUR", "x",
                        "JOBO_API_KEY", "x",
                        "ACME_JOBO_API_KEY", "x",
                        "MY_JOBFEED_CHART_NAME", "x",
                        "JOBFEED_PORT", "tcp://10.0.0.1:8080",
                        "JOBFEED_PORT_8080_TCP_ADDR", "10.0.0.1",
                        "JOBFEED_SERVICE_PORT_HTTP", "8080",
                        "PATH", "/bin")))
                .isEqualTo(Map.of(
                        "JOBO_API_KY",
                        Optional.of("JOBO_API_KEY"),
                        "ACME_JOBO_API_KY",
                        Optional.of("ACME_JOBO_API_KEY"),
                        "JOBFEED_COLOUR",
                        Optional.empty()));
    }
}
