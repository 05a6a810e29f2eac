package dev.jobfeed.cli;

import dev.jobfeed.run.Failures;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line. */
@Command(
        name = "jobfeed",
        description = "Keeps a database in step with the Jobo Enterprise API.",
        mixinStandardHelpOptions = true,
        version = "jobfeed 0.1.0-SNAPSHOT",
        subcommands = {RunCommand.class, SyncCommand.class, StatusCommand.class, SandboxCommand.class},
        footer = {"", "Exit codes: 0 done; 1 failed, state kept; 2 usage or configuration; 3 stream is busy."})
public final class Jobfeed {

    private Jobfeed() {}

    public static void main(String[] arguments) {
        System.setProperty("h2.bindAddress", "127.0.0.1");
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Jobfeed())
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("jobfeed: " + Failures.describe(failure));
                    return ExitCode.of(failure).code();
                });
    }
}
