package dev.jobfeed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process from its start to its end, and what it took. */
final class MeasuredProcess {

    private static final long LOOK_MILLIS = 50;

    private MeasuredProcess() {}

    /**
     * What it took.
     *
     * @param whole from the start of the process to its end
     * @param peakMemory bytes of resident memory
     * @param cpu in user and system mode, on all cores together
     * @param output what it said
     */
    record Usage(Duration whole, long peakMemory, Duration cpu, String output) {}

    /**
     * Runs it.
     *
     * @param directory where it works, and where it leaves what it says
     * @throws IOException when it ends with anything but 0
     */
    static Usage run(List<String> command, Map<String, String> environment, Path directory)
            throws IOException, InterruptedException {
        Path said = directory.resolve("output.txt");
        Duration before = Accounts.cpuOfEnded();
        long started = System.nanoTime();
        Process process = start(command, environment, said);
        long peak = 0;
        do {
            peak = Math.max(peak, Accounts.peakMemory(process.pid()).orElse(0L));
        } while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS));
        Duration whole = Duration.ofNanos(System.nanoTime() - started);
        if (process.exitValue() != 0) {
            throw new IOException(
                    "A contender ended with " + process.exitValue() + " and said:\n" + Files.readString(said));
        }
        return new Usage(whole, peak, Accounts.cpuOfEnded().minus(before), Files.readString(said));
    }

    /** Starts it in the directory of the file that gets what it says. */
    static Process start(List<String> command, Map<String, String> environment, Path said) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(said.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        // the caller's environment may have settings
        builder.environment().keySet().removeIf(name -> name.matches("(JOBO|JOBBY|JOBFEED)_.*"));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
