package dev.jobfeed.cli;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.jobby.Jobby;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code --sandbox}: everything set for the local stand-in, with a database file of its own. */
final class SandboxPresets {

    static final int PORT = 8787;

    @Option(
            names = "--sandbox",
            description =
                    "Use the settings for the local sandbox: its addresses, a test key and token, and the H2 file ./data/sandbox.")
    private boolean sandbox;

    boolean isAsked() {
        return sandbox;
    }

    Map<String, String> presets() {
        return sandbox
                ? Map.of(
                        "jobo.base-url",
                        "http://127.0.0.1:" + PORT,
                        "jobo.api-key",
                        Sandbox.TEST_KEY,
                        "jobby.base-url",
                        "http://127.0.0.1:" + PORT + Jobby.PATH,
                        "jobby.token",
                        Jobby.TEST_TOKEN,
                        "jobo.jobs.watermark-parameter",
                        "updated_after",
                        "jobfeed.jobs.schedule",
                        "0/20 * * * * ?",
                        "jobfeed.datasource.url",
                        "jdbc:h2:file:./data/sandbox")
                : Map.of();
    }
}
