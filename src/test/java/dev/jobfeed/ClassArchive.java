package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The compiled program in a jar, with an archive of its classes as the JVM has them in memory: processes that share it start
 * with about half of the computing time.
 */
final class ClassArchive {

    private ClassArchive() {}

    /**
     * Makes one, which takes as long as a few starts.
     *
     * @param directory where it is kept
     * @return options of the JVM that go with {@link JobfeedProcess}
     * @throws IOException when it cannot be written
     */
    static List<String> in(Path directory) throws IOException, InterruptedException {
        Path archive = directory.resolve("jobfeed.jsa");
        String classPath = classPath(directory.resolve("jobfeed.jar"));
        try (Sandbox sandbox = Sandbox.start(SandboxOptions.builder()
                        .port(0)
                        .jobs(100)
                        .careerSites(0)
                        .build());
                JobfeedProcess process = JobfeedProcess.in(
                        directory,
                        List.of("-cp", classPath, "-XX:ArchiveClassesAtExit=" + archive, "-Xlog:cds*=off"),
                        Map.of(
                                "jobo.base-url",
                                sandbox.baseUrl(),
                                "jobo.api-key",
                                Sandbox.TEST_KEY,
                                "jobfeed.datasource.url",
                                "jdbc:h2:file:" + directory.resolve("archived")),
                        "sync",
                        "jobs")) {
            // longer than a process of its own kind takes: it writes all of its classes
            await().atMost(Duration.ofMinutes(5)).until(() -> !process.isAlive());
            assertThat(process.exitCode())
                    .as("exit code; it said: " + process.err())
                    .isZero();
        }
        return List.of("-cp", classPath, "-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off");
    }

    /** The class path of the processes, with a jar in place of the directory that an archive cannot be of. */
    private static String classPath(Path jar) throws IOException {
        StringBuilder path = new StringBuilder(jar.toString());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String entry : JobfeedProcess.classPath().split(File.pathSeparator)) {
                if (Files.isDirectory(Path.of(entry))) {
                    copy(Path.of(entry), out);
                } else {
                    path.append(File.pathSeparator).append(entry);
                }
            }
        }
        return path.toString();
    }

    private static void copy(Path classes, JarOutputStream out) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) files.filter(file -> !file.equals(classes))::iterator) {
                String name = classes.relativize(file).toString().replace(File.separatorChar, '/');
                // Flyway looks for directories
                out.putNextEntry(new JarEntry(Files.isDirectory(file) ? name + "/" : name));
                if (!Files.isDirectory(file)) {
                    Files.copy(file, out);
                }
            }
        }
    }
}
