package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.config.JobfeedProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the command line as a process, which is killed at the end of the test if it still runs. */
final class JobfeedProcess implements AutoCloseable {

    /** Holds a timeout for slow machines. */
    static final Duration DEADLINE = Duration.ofMinutes(1);

    private final Process process;
    private final Path out;
    private final Path err;

    private JobfeedProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts a process.
     *
     * @param properties passed as environment variables
     * @param directory working directory, which also receives the output
     */
    static JobfeedProcess in(Path directory, Map<String, String> properties, String... arguments) throws IOException {
        return in(directory, List.of(), properties, arguments);
    }

    /** Starts a process with Java options. */
    static JobfeedProcess in(Path directory, List<String> java, Map<String, String> properties, String... arguments)
            throws IOException {
        return start(directory, builder(java, properties, arguments));
    }

    /** Starts a process with additional environment variables. */
    static JobfeedProcess with(
            Map<String, String> environment, Path directory, Map<String, String> properties, String... arguments)
            throws IOException {
        ProcessBuilder builder = builder(List.of(), properties, arguments);
        builder.environment().putAll(environment);
        return start(directory, builder);
    }

    private static JobfeedProcess start(Path directory, ProcessBuilder builder) throws IOException {
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        Process process = builder.directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new JobfeedProcess(process, out, err);
    }

    private static ProcessBuilder builder(List<String> java, Map<String, String> properties, String... arguments)
            throws IOException {
        // C1 only, because the processes are short-lived
        List<String> command = new ArrayList<>(List.of(
                // a shell's background job ignores SIGINT, and its children inherit that
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC"));
        if (!java.contains("-cp")) {
            command.addAll(ClassArchive.options());
        }
        command.addAll(java);
        command.add("dev.jobfeed.cli.JobfeedCli");
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        Map<String, String> set = new HashMap<>();
        // many processes run in parallel
        set.put(JobfeedProperties.environmentVariable("jobfeed.http.port"), "0");
        properties.forEach((name, value) -> set.put(JobfeedProperties.environmentVariable(name), value));
        // the caller's environment may contain settings
        builder.environment().keySet().removeIf(name -> name.matches("(JOBO|JOBBY|JOBFEED)_.*"));
        builder.environment().putAll(set);
        return builder;
    }

    /** Returns the class path without the test classes, and so with the shipped logging. */
    static String classPath() {
        String separator = System.getProperty("path.separator");
        return String.join(
                separator,
                List.of(System.getProperty("java.class.path").split(separator)).stream()
                        .filter(entry -> !entry.endsWith("test-classes"))
                        .toList());
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends a signal by its short name. */
    void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-s", name, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
        assertThat(code).as("kill -s " + name).isZero();
    }

    /** Sends SIGKILL and waits for the end of the process. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Waits for the end of the process and returns its exit code. */
    int exitCode() throws IOException, InterruptedException {
        assertThat(process.waitFor(DEADLINE.toMillis(), TimeUnit.MILLISECONDS))
                .as("end of the process; output: " + err())
                .isTrue();
        return process.exitValue();
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    String err() throws IOException {
        return Files.readString(err);
    }

    /** Waits until stderr contains a text. */
    void awaitErr(String message) {
        await().atMost(DEADLINE).untilAsserted(() -> assertThat(err()).contains(message));
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
