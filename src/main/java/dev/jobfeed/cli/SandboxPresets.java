package dev.jobfeed.cli;

import dev.jobfeed.sandbox.Sandbox;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code --sandbox}: everything set for the local stand-in, with a database file of its own. */
final class SandboxPresets {

    static final int PORT = 8787;

    @Option(
            names = "--sandbox",
            description = "Use the settings for the local sandbox: its address, a test key, and the H2 file ./data/sandbox.")
    private boolean sandbox;

    boolean isAsked() {
        return sandbox;
    }

    Map<String, String> presets() {
        return sandbox
                ? Map.of(
                        "jobo.base-url", "http://127.0.0.1:" + PORT,
                        "jobo.api-key", Sandbox.TEST_KEY,
                        "jobo.jobs.watermark-parameter", "updated_after",
                        "jobfeed.jobs.schedule", "0/20 * * * * ?",
                        "jobfeed.datasource.url", "jdbc:h2:file:./data/sandbox")
                : Map.of();
    }
}
