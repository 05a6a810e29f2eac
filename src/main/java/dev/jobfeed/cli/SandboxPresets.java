package dev.jobfeed.cli;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.jobby.Jobby;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code --sandbox}: settings for the local sandbox, with a separate database file. */
final class SandboxPresets {

    private static final int PORT = 8787;

    @Option(
            names = "--sandbox",
            description =
                    "Use the settings for the local sandbox: its addresses, a test key and token, and the H2 file ./data/sandbox.")
    private boolean sandbox;

    @Option(
            names = "--sandbox-port",
            paramLabel = "PORT",
            description = "The same, with the sandbox on this port. Default: " + PORT + ".")
    private Integer port;

    boolean isAsked() {
        return sandbox || port != null;
    }

    /** Returns the option as given, behind a space; empty if it is not given. */
    String option() {
        return port != null ? " --sandbox-port " + port : sandbox ? " --sandbox" : "";
    }

    /** Returns the sandbox's port. */
    int port() {
        return port == null ? PORT : port;
    }

    Map<String, String> presets() {
        return isAsked()
                ? Map.of(
                        "jobo.base-url",
                        "http://127.0.0.1:" + port(),
                        "jobo.api-key",
                        Sandbox.TEST_KEY,
                        "jobby.base-url",
                        "http://127.0.0.1:" + port() + Jobby.PATH,
                        "jobby.token",
                        Jobby.TEST_TOKEN,
                        "jobo.jobs.watermark-parameter",
                        "updated_after",
                        "jobfeed.jobs.schedule",
                        "0/20 * * * * ?",
                        // one clock and no late rows: a longer overlap would only deliver the same rows again
                        "jobo.overlap",
                        "30s",
                        "jobfeed.datasource.url",
                        "jdbc:h2:file:./data/sandbox")
                : Map.of();
    }
}
