package dev.jobfeed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.cli.DoctorCommand.Finding;
import dev.jobfeed.cli.DoctorCommand.Verdict;
import dev.jobfeed.route.ShippedRoutes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the report of doctor on edited route files, before and after an upgrade. */
class RouteValidatorTest {

    private static final String NAME = "alerts.camel.yaml";

    @TempDir
    private Path directory;

    private String shipped;

    @BeforeEach
    void start() throws IOException {
        System.setProperty("jobfeed.home", directory.toString());
        shipped = Files.readString(Path.of("routes", NAME));
        Files.createDirectories(directory.resolve("routes/.shipped"));
        writeRouteFile(shipped, shipped);
    }

    @AfterEach
    void stop() {
        System.clearProperty("jobfeed.home");
    }

    @Test
    void eachStepOfAPromiseIsInAShippedFile() throws Exception {
        List<String> shipped = new ArrayList<>();
        for (RouteFile file : RouteFile.of(Optional.empty())) {
            Pattern.compile("(?m)^[\\s-]*id: *([\\w-]+)$")
                    .matcher(file.text())
                    .results()
                    .forEach(id -> shipped.add(id.group(1)));
        }

        assertThat(RouteValidator.NEEDED.values()).isNotEmpty().allSatisfy(steps -> assertThat(shipped)
                .containsAll(steps));
    }

    @Test
    void uneditedFilesAreOneLine() throws IOException {
        assertThat(RouteValidator.check(RuntimeConfiguration.read(Map.of())))
                .singleElement()
                .satisfies(finding -> assertThat(finding.words())
                        .isEqualTo(
                                directory.resolve("routes") + ", " + ShippedRoutes.FILES.size() + " files as shipped"));
    }

    @Test
    void editIsDescribedByItsChangedNodes() throws IOException {
        writeRouteFile(shipped.replace("${variable.jobfeedAlertText}", "ALERT ${body}"), shipped);

        assertThat(finding().verdict()).isEqualTo(Verdict.ok);
        assertThat(finding().words()).endsWith(", edited (changed alert-sink-log)");
    }

    @Test
    void editOfAFileChangedByAnUpgradeReportsBoth() throws IOException {
        String before = shipped.replace("alerts-notify-failed-log", "jobfeed-alerts-other-log");
        writeRouteFile(before.replace("${variable.jobfeedAlertText}", "ALERT ${body}"), before);

        assertThat(finding().verdict()).isEqualTo(Verdict.warning);
        assertThat(finding().words())
                .containsSubsequence(
                        "edited (changed alert-sink-log)",
                        "the shipped file has changed",
                        "(new alerts-notify-failed-log; gone jobfeed-alerts-other-log; changed alerts-notify-failed)");
    }

    @Test
    void uneditedFileOfAnEarlierVersionIsToBeReplaced() throws IOException {
        String before = shipped.replace("${variable.jobfeedAlertText}", "Alert: ${body}");
        writeRouteFile(before, before);

        assertThat(finding().verdict()).isEqualTo(Verdict.warning);
        assertThat(finding().words()).contains("earlier version", "(changed alert-sink-log)", "Replace it");
    }

    @Test
    void invalidFileOrMissingStepFails() throws IOException {
        writeRouteFile(shipped.replace("- route:", "- route"), shipped);
        assertThat(finding().verdict()).isEqualTo(Verdict.failure);

        writeRouteFile(shipped.replace("id: alerts-notify-mark-notified", "id: another"), shipped);
        assertThat(finding().words())
                .endsWith("lost what the bundle needs: alerts-notify-mark-notified (an alert is notified once)");
    }

    /** Editors leave only the scheme of a component that they do not know. */
    @Test
    void callWithoutItsUriFails() throws IOException {
        String calls = Files.readString(Path.of("routes/jobo-api.camel.yaml"));
        Files.writeString(
                directory.resolve("routes/jobo-api.camel.yaml"), calls.replace("\"{{jobo.call}}\"", "jobo-http"));

        assertThat(RouteValidator.check(RuntimeConfiguration.read(Map.of())))
                .filteredOn(finding -> finding.verdict() == Verdict.failure)
                .singleElement()
                .satisfies(
                        finding -> assertThat(finding.words()).endsWith("lost what the bundle needs: {{jobo.call}}"));
    }

    @Test
    void fileWithAnIdOfTheBundleFailsAndNamesBoth() throws IOException {
        Files.writeString(directory.resolve("routes/own.camel.yaml"), """
                - route:
                    id: own
                    from:
                      uri: direct:own
                      steps:
                        - log: "own"
                - route:
                    id: jobo-http-call
                    from:
                      uri: direct:other
                      steps:
                        - log: "other"
                """);

        assertThat(RouteValidator.check(RuntimeConfiguration.read(Map.of())))
                .filteredOn(finding -> finding.subject().equals("own.camel.yaml"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.verdict()).isEqualTo(Verdict.failure);
                    assertThat(finding.words()).contains("'jobo-http-call'").contains("jobo-api.camel.yaml");
                });
    }

    private void writeRouteFile(String text, String pristine) throws IOException {
        Files.writeString(directory.resolve("routes").resolve(NAME), text);
        Files.writeString(directory.resolve("routes/.shipped").resolve(NAME), pristine);
    }

    private static Finding finding() throws IOException {
        return RouteValidator.check(RuntimeConfiguration.read(Map.of())).stream()
                .filter(finding -> finding.subject().equals(NAME))
                .findFirst()
                .orElseThrow();
    }
}
