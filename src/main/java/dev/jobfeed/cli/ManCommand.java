package dev.jobfeed.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Spec;

/**
 * Prints the manual page from the model of the command line. The generator of picocli writes AsciiDoc, which man does
 * not read.
 */
@Command(
        name = "man",
        description = "Prints the manual page of all commands, in the format of man.",
        footer = {"  jobfeed man | man -l -", "  jobfeed man >/usr/local/share/man/man1/jobfeed.1"})
final class ManCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        CommandSpec root = spec.root();
        PrintWriter out = spec.commandLine().getOut();
        UsageMessageSpec usage = root.usageMessage();
        out.println(".TH JOBFEED 1 \"\" \"" + root.version()[0] + "\"");
        out.println(".SH NAME");
        out.println("jobfeed \\- " + text(usage.description()));
        out.println(".SH SYNOPSIS\n.B jobfeed\n.I COMMAND\n[\\-\\-help] [OPTION]...");
        out.println(".SH COMMANDS");
        root.subcommands().values().forEach(command -> print(command.getCommandSpec(), out));
        out.println(".SH EXIT STATUS");
        usage.exitCodeList().forEach((code, meaning) -> entry(out, code.strip(), meaning));
        out.println(".SH EXAMPLES");
        examples(out, usage);
        out.flush();
    }

    private static void print(CommandSpec command, PrintWriter out) {
        UsageMessageSpec usage = command.usageMessage();
        List<String> parameters =
                command.positionalParameters().stream().map(ArgSpec::paramLabel).toList();
        out.println(".SS " + text(command.qualifiedName(), String.join(" ", parameters)));
        out.println(text(usage.description()));
        command.positionalParameters()
                .forEach(parameter -> entry(out, parameter.paramLabel(), parameter.description()));
        command.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .forEach(option -> entry(out, names(option), option.description()));
        if (!usage.footer()[0].equals(command.root().usageMessage().footer()[0])) {
            out.println(".P\nExamples:");
            examples(out, usage);
        }
        command.subcommands().values().forEach(subcommand -> print(subcommand.getCommandSpec(), out));
    }

    private static String names(OptionSpec option) {
        return String.join(", ", option.names()) + (option.arity().max() == 0 ? "" : "=" + option.paramLabel());
    }

    private static void entry(PrintWriter out, String name, String... description) {
        out.println(".TP\n.B " + text(name) + "\n" + text(description));
    }

    private static void examples(PrintWriter out, UsageMessageSpec usage) {
        out.println(".nf");
        for (String line : usage.footer()) {
            out.println(text(line));
        }
        out.println(".fi");
    }

    /** Escapes a hyphen, which man would print as a dash, and a dot that begins a line, which would be a request. */
    private static String text(String... parts) {
        return String.join(" ", parts)
                .strip()
                .replace("\\", "\\e")
                .replace("-", "\\-")
                .replaceFirst("^(?=[.'])", "\\\\&");
    }
}
