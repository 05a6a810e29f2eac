package dev.jobfeed.cli;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.console.AccessToken;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Generates a token for the console's actions. */
@Command(
        name = "token",
        description =
                "Generates a new token for the actions of the console and prints it; the previous token becomes invalid."
                        + " jobfeed.http.token, if set, takes precedence.",
        footer = {"  jobfeed token"})
final class TokenCommand implements Callable<Integer> {

    @Mixin
    private SandboxPresets sandbox;

    @Override
    public Integer call() throws Exception {
        JobfeedProperties settings =
                RuntimeConfiguration.read(sandbox.presets()).settings();
        try (OfflineTenant store = OfflineTenant.create("", settings)) {
            System.out.println(new AccessToken(store.tenant(), Clock.systemUTC()).renew());
        }
        return ExitCode.DONE.code();
    }
}
