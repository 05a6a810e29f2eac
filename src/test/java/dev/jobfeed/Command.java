package dev.jobfeed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Holds a finished program.
 *
 * @param output standard output and errors
 */
record Command(int exitCode, String output) {

    /** Runs a program to its end. */
    static Command run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(1, TimeUnit.MINUTES);
        return new Command(process.exitValue(), output);
    }
}
