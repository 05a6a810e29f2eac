package dev.jobfeed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A program of the machine, and how it ended.
 *
 * @param said what it printed, errors included
 */
record Command(int exitCode, String said) {

    /** Runs one to its end. */
    static Command run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(1, TimeUnit.MINUTES);
        return new Command(process.exitValue(), said);
    }
}
