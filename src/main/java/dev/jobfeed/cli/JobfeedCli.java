package dev.jobfeed.cli;

import dev.jobfeed.console.RuntimeInfo;
import dev.jobfeed.problem.ProblemTranslator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line. */
@Command(
        name = "jobfeed",
        description = "Synchronizes a database with the Jobo Enterprise API.",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = JobfeedCli.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "  0:Done.",
            "  1:Failed; the state is kept.",
            "  2:Usage or configuration.",
            "  3:Busy: another attempt is in progress, or another process holds the H2 file.",
            "130:Ended by Ctrl-C (SIGINT); the state is kept.",
            "143:Ended by SIGTERM; the state is kept."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  jobfeed run --sandbox", "  jobfeed sync jobs --estimate", "  jobfeed help sync"})
public final class JobfeedCli implements Callable<Integer> {

    private static final List<Class<?>> COMMANDS = List.of(
            RunCommand.class,
            SyncCommand.class,
            StatusCommand.class,
            ResyncCommand.class,
            ReconcileCommand.class,
            AuditCommand.class,
            AbandonCommand.class,
            QuarantineCommand.class,
            JobbyCommand.class,
            MigrateCommand.class,
            DoctorCommand.class,
            RehearseCommand.class,
            TokenCommand.class,
            SandboxCommand.class);

    /** Commands about all commands. */
    private static final List<Class<?>> ABOUT =
            List.of(HelpCommand.class, ManCommand.class, AutoComplete.GenerateCompletion.class);

    @Spec
    private CommandSpec spec;

    private JobfeedCli() {}

    public static void main(String[] arguments) {
        // libraries, too, convert case in the default locale, and Turkish has another i
        Locale.setDefault(Locale.ENGLISH);
        System.setProperty("h2.bindAddress", "127.0.0.1");
        // JEP 498: newer Java versions warn about Netty's memory access, in four lines that are not JSON
        if (java.lang.Runtime.version().feature() >= 24) {
            System.setProperty("io.netty.noUnsafe", "true");
        }
        System.exit(commandLine(arguments).execute(arguments));
    }

    /**
     * Creates the command line for arguments. If these begin with a command, the others are left out, because picocli
     * reads the annotations of each by reflection, which takes a tenth of the start.
     */
    static CommandLine commandLine(String... arguments) {
        CommandLine root = new CommandLine(new JobfeedCli());
        List<Class<?>> called = COMMANDS.stream()
                .filter(command -> arguments.length > 0
                        && command.getAnnotation(Command.class).name().equals(arguments[0]))
                .toList();
        if (called.isEmpty()) {
            COMMANDS.forEach(root::addSubcommand);
            ABOUT.forEach(root::addSubcommand);
        } else {
            called.forEach(root::addSubcommand);
        }
        HelpLayout.install(root);
        return root.setParameterExceptionHandler((failure, given) -> misused(failure))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("jobfeed: " + describe(failure));
                    return ExitCode.of(failure).code();
                });
    }

    /** Prints the usage if no command is given. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE.code();
    }

    /**
     * Reports a usage error in one line with a pointer to the help; the whole help would scroll the error off the
     * screen.
     */
    private static int misused(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        command.getErr().println(message(failure));
        UnmatchedArgumentException.printSuggestions(failure, command.getErr());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE.code();
    }

    private static String message(ParameterException failure) {
        if (failure instanceof UnmatchedArgumentException unmatched && !unmatched.isUnknownOption()) {
            String argument = unmatched.getUnmatched().get(0);
            return failure.getCommandLine().getSubcommands().isEmpty()
                    ? "Unexpected argument: '" + argument + "'"
                    : "Unknown command: '" + argument + "'";
        }
        return failure.getMessage()
                .replaceFirst("positional parameter at index \\d+ \\((.*?)\\)", "$1")
                .replaceFirst("is not an? (int|long|double|BigDecimal)$", "is not a number");
    }

    /** Describes a failure outside of an attempt, such as a database that cannot be reached. */
    static String describe(Throwable failure) {
        return ProblemTranslator.of(failure, 0).withoutAttempt().text();
    }

    /** Provides the version of the bundle. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"jobfeed " + RuntimeInfo.version()};
        }
    }
}
