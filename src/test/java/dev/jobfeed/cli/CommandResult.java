package dev.jobfeed.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Runs a command in the process of the tests, which is faster than a separate one.
 *
 * @param exitCode of the command
 * @param out its standard output
 * @param err its standard error without logs
 */
public record CommandResult(int exitCode, String out, String err) {

    /** Runs a command with these properties and no others. */
    public static CommandResult run(Map<String, String> properties, String... arguments) {
        StringWriter err = new StringWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream direct = new ByteArrayOutputStream();
        PrintStream outBefore = System.out;
        PrintStream errBefore = System.err;
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(direct, true, StandardCharsets.UTF_8));
        properties.forEach(System::setProperty);
        try {
            int code =
                    JobfeedCli.commandLine().setErr(new PrintWriter(err, true)).execute(arguments);
            return new CommandResult(
                    code, out.toString(StandardCharsets.UTF_8), err + direct.toString(StandardCharsets.UTF_8));
        } finally {
            properties.keySet().forEach(System::clearProperty);
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
    }
}
