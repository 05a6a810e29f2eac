package dev.jobfeed.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Tests edits of the files in routes/ while a runtime is in progress. */
class RouteReloaderTest {

    private static final Duration DEADLINE = Duration.ofMinutes(1);

    /** Adds a step after each committed page. */
    private static final String STEP = """
                      - to:
                          id: a-step-of-ones-own
                          description: Ours.
                          uri: mock
                          parameters:
                            name: edited
            """;

    @TempDir
    private Path directory;

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private Map<String, String> properties;
    private Sandbox sandbox;
    private JobfeedRuntime runtime;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectory(directory.resolve("routes"));
        try (Stream<Path> shipped = Files.list(Path.of("routes"))) {
            for (Path file : shipped.toList()) {
                Files.copy(file, directory.resolve("routes").resolve(file.getFileName()));
            }
        }
        sandbox = Sandbox.start(SandboxOptions.builder()
                .port(0)
                .jobs(300)
                .careerSites(1)
                .latency(Duration.ofMillis(50))
                .build());
        try (ServerSocket free = new ServerSocket(0)) {
            properties = Map.of(
                    "jobfeed.home",
                    directory.toString(),
                    "jobfeed.http.port",
                    Integer.toString(free.getLocalPort()),
                    "jobfeed.routes.reload",
                    "true",
                    "jobo.base-url",
                    sandbox.baseUrl(),
                    "jobo.api-key",
                    Sandbox.TEST_KEY,
                    "jobo.jobs.batch-size",
                    "5",
                    "jobfeed.datasource.url",
                    "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        }
        properties.forEach(System::setProperty);
        log.start();
        root().addAppender(log);
        runtime = JobfeedRuntime.start(RuntimeConfiguration.read(Map.of()));
    }

    @AfterEach
    void stop() throws Exception {
        root().detachAppender(log);
        runtime.close();
        sandbox.close();
        properties.keySet().forEach(System::clearProperty);
    }

    @Test
    void editIsLoadedWithoutARestartAndAnOpenRunContinuesAtItsCursor() throws Exception {
        await().atMost(DEADLINE).until(() -> feed().size() > 3);

        edit(
                "jobs-feed",
                text -> text.replaceFirst(
                        "(?s)( +- bean:\n +id: feed-loop-committed\n.*?\n)(?=- route)", "$1" + STEP.indent(12)));

        MockEndpoint edited = context().getEndpoint("mock:edited", MockEndpoint.class);
        await().atMost(DEADLINE)
                .until(() -> !runs().isEmpty() && runs().get(0).status().equals("succeeded"));
        Run run = runs().get(0);
        assertThat(run.counts().inserted()).isEqualTo(300);
        assertThat(run.attempts()).isEqualTo(2);
        assertThat(run.pages()).isEqualTo(60);
        assertThat(feed()).hasSize(60).doesNotHaveDuplicates();
        assertThat(edited.getReceivedCounter()).isBetween(1, 59);
        assertThat(errors()).isEmpty();
    }

    @Test
    void invalidEditKeepsTheLoadedRoutesUntilRepaired() throws Exception {
        await().atMost(DEADLINE)
                .until(() -> !runs().isEmpty() && runs().get(0).status().equals("succeeded"));
        List<String> before = routes();

        edit("alerts", text -> text.replace("    id: alert-sink\n", "    id: [alert-sink\n"));
        await().atMost(DEADLINE).until(() -> errors().size() == 1);
        edit("schedules", text -> text.replace("          period: ", "          perriod: "));
        await().atMost(DEADLINE).until(() -> errors().size() == 2);
        edit("jobs-sync", text -> text.replace("id: sync-attempt-commit", "id: jobs-sync-other"));
        await().atMost(DEADLINE).until(() -> errors().size() == 3);
        write("my-own.camel.yaml", "- route:\n    from:\n      uri: nosuch:thing\n      steps: []\n");
        await().atMost(DEADLINE).until(() -> errors().size() == 4);

        assertThat(errors().get(0)).contains("alerts.camel.yaml is rejected; the loaded routes continue to run. ");
        assertThat(errors().get(1)).contains("schedules.camel.yaml").contains("perriod");
        assertThat(errors().get(2)).contains("lost what the bundle needs: sync-attempt-commit");
        assertThat(errors().get(3)).contains("my-own.camel.yaml").contains("nosuch");
        assertThat(routes()).isEqualTo(before);

        edit("schedules", text -> text.replace("perriod", "period"));
        await().atMost(DEADLINE)
                .until(() -> logged("schedules.camel.yaml matches the loaded routes again")
                                .size()
                        == 1);
        edit("alerts", text -> text.replace("[alert-sink", "alert-sink")
                .replace("${variable.jobfeedAlertText}", "told ${body}"));
        write(
                "my-own.camel.yaml",
                "- route:\n    id: my-own\n    from:\n      uri: direct:my-own\n      steps:\n        - log: mine\n");
        await().atMost(DEADLINE).until(() -> context().getRoute("my-own") != null);
        await().atMost(DEADLINE)
                .until(() -> logged("is reloaded").stream().anyMatch(line -> line.contains("alerts.camel.yaml")));
        assertThat(routes()).containsAll(before);
        assertThat(errors()).hasSize(4);
    }

    private interface Edit {
        String of(String text);
    }

    private void edit(String name, Edit edit) throws IOException {
        String text = Files.readString(directory.resolve("routes").resolve(name + ".camel.yaml"));
        String edited = edit.of(text);
        assertThat(edited).isNotEqualTo(text);
        write(name + ".camel.yaml", edited);
    }

    /** Writes as editors do: a temporary file first, which then replaces the old one. */
    private void write(String name, String text) throws IOException {
        Path draft = Files.writeString(directory.resolve("draft"), text);
        Files.move(draft, directory.resolve("routes").resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    private CamelContext context() {
        return runtime.main().getCamelContext();
    }

    private List<String> routes() {
        return context().getRoutes().stream().map(Route::getRouteId).sorted().toList();
    }

    private List<Run> runs() {
        return runtime.bundle().tenants().defaultTenant().runs().lastRuns("jobs", 2);
    }

    private List<String> feed() {
        return sandbox.log().entries("/api/jobs/feed").stream()
                .map(LoggedRequest::body)
                .toList();
    }

    private List<String> errors() {
        return List.copyOf(log.list).stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private List<String> logged(String message) {
        return List.copyOf(log.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains(message))
                .toList();
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    }
}
