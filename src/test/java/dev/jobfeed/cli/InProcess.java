package dev.jobfeed.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A command in the process of the tests, which is quicker than one of its own.
 *
 * @param exitCode what it would end with
 * @param out what it said on stdout
 * @param err what it said on stderr, but for logs
 */
public record InProcess(int exitCode, String out, String err) {

    /** Runs a command with these properties and no others. */
    public static InProcess run(Map<String, String> properties, String... arguments) {
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
            return new InProcess(
                    code, out.toString(StandardCharsets.UTF_8), err + direct.toString(StandardCharsets.UTF_8));
        } finally {
            properties.keySet().forEach(System::clearProperty);
            System.setOut(outBefore);
            System.setErr(errBefore);
        }
    }
}
