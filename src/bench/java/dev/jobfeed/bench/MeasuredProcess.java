package dev.jobfeed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a process and measures its resources. */
final class MeasuredProcess {

    private static final long POLL_MILLIS = 50;

    private MeasuredProcess() {}

    /**
     * Holds the resources of a process.
     *
     * @param elapsed from the start of the process to its end
     * @param peakMemory bytes of resident memory
     * @param cpu in user and system mode, on all cores together
     * @param output standard output and errors
     */
    record Usage(Duration elapsed, long peakMemory, Duration cpu, String output) {}

    /**
     * Runs a command to its end.
     *
     * @param directory working directory, which also receives the output
     * @throws IOException when the exit code is not 0
     */
    static Usage run(List<String> command, Map<String, String> environment, Path directory)
            throws IOException, InterruptedException {
        Path outputFile = directory.resolve("output.txt");
        Duration before = ProcessStatistics.cpuOfEndedChildren();
        long started = System.nanoTime();
        Process process = start(command, environment, outputFile);
        long peak = 0;
        do {
            peak = Math.max(peak, ProcessStatistics.peakMemory(process.pid()).orElse(0L));
        } while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS));
        Duration elapsed = Duration.ofNanos(System.nanoTime() - started);
        if (process.exitValue() != 0) {
            throw new IOException("A contender exited with " + process.exitValue() + "; its output:\n"
                    + Files.readString(outputFile));
        }
        return new Usage(
                elapsed, peak, ProcessStatistics.cpuOfEndedChildren().minus(before), Files.readString(outputFile));
    }

    /** Starts a command in the directory of its output file. */
    static Process start(List<String> command, Map<String, String> environment, Path outputFile) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(outputFile.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(outputFile.toFile());
        // the caller's environment may contain settings
        builder.environment().keySet().removeIf(name -> name.matches("(JOBO|JOBBY|JOBFEED)_.*"));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
