package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.Sandbox;
import java.io.File;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code bin/jobfeed} on machines with other settings than a developer's. */
@Tag("processes")
class LauncherTest {

    @TempDir
    Path directory;

    private Path homeDirectory;
    private final Map<String, String> variables = new HashMap<>();

    @BeforeEach
    void install() throws Exception {
        homeDirectory = Files.createDirectories(directory.resolve("a+b, c%20d"));
        Path lib = Files.createDirectories(homeDirectory.resolve("lib"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry).toAbsolutePath();
            if (entry.endsWith(".jar")) {
                Path link = lib.resolve(path.getFileName());
                if (!Files.exists(link)) {
                    Files.createSymbolicLink(link, path);
                }
            } else if (path.endsWith("classes")) {
                String jar = lib.resolve("jobfeed.jar").toString();
                assertThat(ToolProvider.findFirst("jar")
                                .orElseThrow()
                                .run(System.out, System.err, "cf", jar, "-C", entry, "."))
                        .isZero();
            }
        }
        copy(Path.of("src/main/bin"), homeDirectory.resolve("bin"));
        copy(Path.of("routes"), homeDirectory.resolve("routes"));
        Files.createDirectories(homeDirectory.resolve("conf"));
    }

    private static void copy(Path from, Path to) throws Exception {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void syncWorksInAnyDirectoryAndLocaleWithPrivateFiles() throws Exception {
        try (ProcessFixture fixture = ProcessFixture.of("h2", directory)) {
            configure("\uFEFFjobo.base-url=" + fixture.sandbox.baseUrl(), StandardCharsets.UTF_8);
            variables.put("LC_ALL", "C");
            variables.put("JAVA_OPTS", "-Duser.language=tr -Duser.country=TR -XX:TieredStopAtLevel=1");
            variables.put("JOBO_API_KEY", Sandbox.TEST_KEY);
            variables.put("JOBO_JOBS_FILTER_LOCATIONS", "[{\"city\":\"M\u00fcnchen\"}]");
            variables.put("JOBO_JOBS_FILTER_SORCES", "ashby");
            variables.put("JOBFEED_DATASOURCE_URL", "jdbc:h2:file:./d\u00e4ta/jobs");

            Command sync = run("sync jobs");

            assertThat(sync.exitCode()).as(sync.output()).isZero();
            assertThat(sync.output())
                    .containsPattern("WARN +JOBO_JOBS_FILTER_SORCES .*JOBO_JOBS_FILTER_SOURCES.* has no effect");
            assertThat(fixture.feedRequests()).isNotEmpty().allMatch(body -> body.contains("M\u00fcnchen"));
            assertThat(run("status").output()).containsPattern("stored +\\d+ active, 0 expired");
            assertThat(shell("stat -c %A d\u00e4ta d\u00e4ta/jobs.mv.db").output())
                    .isEqualToNormalizingNewlines("drwx------\n-rw-------\n");
        }
    }

    @Test
    void fileInAnotherEncodingIsReported() throws Exception {
        configure("jobo.base-url=http://localhost\n# M\u00fcnchen\n", StandardCharsets.ISO_8859_1);
        assertRefused("conf/application.properties, line 2, is not in UTF-8; most likely the file is in Latin-1");
        configure("jobo.base-url=http://localhost\n", StandardCharsets.UTF_16);
        assertRefused("conf/application.properties is in UTF-16. Save it in UTF-8.");
        configure("\"jobo.base-url\"=http://localhost\n", StandardCharsets.UTF_8);
        assertRefused("conf/application.properties has names in quotes: \"jobo.base-url\"");
        configure("jobo.baseurl=http://localhost\n", StandardCharsets.UTF_8);
        assertRefused(
                "conf/application.properties sets unknown properties: jobo.baseurl (did you mean jobo.base-url?).");
    }

    private void configure(String text, Charset encoding) throws Exception {
        Files.write(homeDirectory.resolve("conf/application.properties"), text.getBytes(encoding));
    }

    private void assertRefused(String message) throws Exception {
        Command status = run("status");
        assertThat(status.exitCode()).as(status.output()).isEqualTo(2);
        assertThat(status.output()).contains(message);
    }

    private Command run(String arguments) throws Exception {
        return shell("umask 022\nexec bin/jobfeed " + arguments);
    }

    /** Runs a script in UTF-8, because the environment of a child process has the encoding of this process. */
    private Command shell(String commands) throws Exception {
        StringBuilder script = new StringBuilder();
        variables.forEach((name, value) ->
                script.append("export ").append(name).append("='").append(value).append("'\n"));
        Path file = Files.writeString(directory.resolve("script"), script.append(commands));
        ProcessBuilder builder = new ProcessBuilder("sh", file.toString())
                .directory(homeDirectory.toFile())
                .redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.matches("(JOBO|JOBBY|JOBFEED)_.*"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(JobfeedProcess.DEADLINE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        return new Command(process.exitValue(), output);
    }
}
