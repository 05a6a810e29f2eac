package dev.jobfeed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.JobfeedBundle;
import dev.jobfeed.cli.DoctorCommand.Finding;
import dev.jobfeed.cli.DoctorCommand.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What doctor says of route files that were edited, before and after an upgrade. */
class RouteCheckTest {

    private static final String NAME = "alerts.camel.yaml";

    @TempDir
    private Path home;

    private String shipped;

    @BeforeEach
    void start() throws IOException {
        System.setProperty("jobfeed.home", home.toString());
        shipped = Files.readString(Path.of("routes", NAME));
        Files.createDirectories(home.resolve("routes/.shipped"));
        place(shipped, shipped);
    }

    @AfterEach
    void stop() {
        System.clearProperty("jobfeed.home");
    }

    @Test
    void whatIsAsShippedIsOneLine() throws IOException {
        assertThat(RouteCheck.check(Configuration.read(Map.of())))
                .singleElement()
                .satisfies(finding -> assertThat(finding.words())
                        .isEqualTo(home.resolve("routes") + ", " + JobfeedBundle.ROUTES.size() + " files as shipped"));
    }

    @Test
    void anEditIsNamedByTheNodesThatItChanged() throws IOException {
        place(shipped.replace("${variable.jobfeedAlertWords}", "ALERT ${body}"), shipped);

        assertThat(finding().verdict()).isEqualTo(Verdict.ok);
        assertThat(finding().words()).endsWith(", edited (changed jobfeed-alert-log)");
    }

    @Test
    void anEditOfAFileThatHasChangedInTheBundleSinceSaysBoth() throws IOException {
        String before = shipped.replace("jobfeed-alerts-failed-log", "jobfeed-alerts-other-log");
        place(before.replace("${variable.jobfeedAlertWords}", "ALERT ${body}"), before);

        assertThat(finding().verdict()).isEqualTo(Verdict.warning);
        assertThat(finding().words())
                .contains(
                        "edited (changed jobfeed-alert-log); and the shipped file has changed since"
                                + " (new jobfeed-alerts-failed-log; gone jobfeed-alerts-other-log; changed jobfeed-alerts-failed)");
    }

    @Test
    void aFileOfAnEarlierVersionThatNobodyEditedIsToBeReplaced() throws IOException {
        String before = shipped.replace("${variable.jobfeedAlertWords}", "Alert: ${body}");
        place(before, before);

        assertThat(finding().verdict()).isEqualTo(Verdict.warning);
        assertThat(finding().words())
                .contains(
                        "as an earlier version shipped it; this one's differs (changed jobfeed-alert-log). Replace it");
    }

    @Test
    void aFileThatDoesNotParseOrLostAStepFails() throws IOException {
        place(shipped.replace("- route:", "- route"), shipped);
        assertThat(finding().verdict()).isEqualTo(Verdict.failure);

        place(shipped.replace("id: jobfeed-alerts-told", "id: another"), shipped);
        assertThat(finding().words()).endsWith("lost what the bundle needs: jobfeed-alerts-told");
    }

    @Test
    void aFileThatTakesAnIdOfTheBundleFailsAndNamesBoth() throws IOException {
        Files.writeString(home.resolve("routes/own.camel.yaml"), """
                - route:
                    id: own
                    from:
                      uri: direct:own
                      steps:
                        - log: "own"
                - route:
                    id: jobo-exchange
                    from:
                      uri: direct:other
                      steps:
                        - log: "other"
                """);

        assertThat(RouteCheck.check(Configuration.read(Map.of())))
                .filteredOn(finding -> finding.subject().equals("own.camel.yaml"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.verdict()).isEqualTo(Verdict.failure);
                    assertThat(finding.words()).contains("'jobo-exchange'").contains("jobo-api.camel.yaml");
                });
    }

    private void place(String text, String pristine) throws IOException {
        Files.writeString(home.resolve("routes").resolve(NAME), text);
        Files.writeString(home.resolve("routes/.shipped").resolve(NAME), pristine);
    }

    private static Finding finding() throws IOException {
        return RouteCheck.check(Configuration.read(Map.of())).stream()
                .filter(finding -> finding.subject().equals(NAME))
                .findFirst()
                .orElseThrow();
    }
}
