package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * Packs the compiled program into a jar with a class data sharing archive: processes that use it start with about half
 * of the CPU time.
 */
final class ClassArchive {

    private static List<String> options;

    private ClassArchive() {}

    /**
     * Returns JVM options for the processes of all tests. The first call creates the archive, which takes as long as a
     * few starts.
     *
     * @throws IOException when it cannot be written
     */
    static synchronized List<String> options() throws IOException {
        if (options == null) {
            Path directory = Files.createTempDirectory("jobfeed-classes");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
            try {
                options = in(directory);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("The archive was not made.");
            }
        }
        return options;
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> in(Path directory) throws IOException, InterruptedException {
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
            // longer than other processes take, because it writes all classes
            await().atMost(Duration.ofMinutes(5)).until(() -> !process.isAlive());
            assertThat(process.exitCode())
                    .as("exit code; output: " + process.err())
                    .isZero();
        }
        return List.of("-cp", classPath, "-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off");
    }

    /**
     * Returns the class path of the processes, with a jar instead of the class directory, which an archive does not
     * support.
     */
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
                // Flyway requires directory entries
                out.putNextEntry(new JarEntry(Files.isDirectory(file) ? name + "/" : name));
                if (!Files.isDirectory(file)) {
                    Files.copy(file, out);
                }
            }
        }
    }
}
