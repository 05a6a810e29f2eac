package dev.jobfeed.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Wraps help pages at the width of the terminal, between words only: picocli would break a property name, path or URL
 * at its dots.
 */
final class HelpLayout {

    /** Wide enough that picocli wraps nothing. */
    private static final int UNWRAPPED = 2000;

    private static final int DEFAULT_WIDTH = 80;

    /** Longer lines are hard to read. */
    private static final int MAX_WIDTH = 120;

    private static final Pattern COLUMNS = Pattern.compile(" *\\S+(?: \\S+)*? {2,}(?=\\S)");
    private static final Pattern STYLE = Pattern.compile("\u001B\\[[0-9;]*m");

    private final int width;

    HelpLayout(int width) {
        this.width = width;
    }

    /** Sets the layout of a command and its subcommands. The width is that of the terminal when help is printed. */
    static void install(CommandLine command) {
        command.setUsageHelpWidth(UNWRAPPED);
        command.getHelpSectionMap().replaceAll((key, section) -> wrapped(key, section));
        command.getSubcommands().values().forEach(HelpLayout::install);
    }

    private static IHelpSectionRenderer wrapped(String key, IHelpSectionRenderer section) {
        if (key.equals(UsageMessageSpec.SECTION_KEY_SYNOPSIS)) {
            String heading = "Usage: ";
            return help -> {
                String name = help.commandSpec().qualifiedName();
                return new HelpLayout(terminalWidth())
                        .wrap(heading + section.render(help).stripTrailing(), heading.length() + name.length() + 1)
                        .substring(heading.length());
            };
        }
        return help -> {
            String text = section.render(help);
            // a heading like "Usage: " does not end its line
            return text.endsWith("\n") ? new HelpLayout(terminalWidth()).wrap(text) : text;
        };
    }

    /** Wraps each line; the second column of a list stays a column. */
    String wrap(String text) {
        return text.lines().map(this::wrapLine).collect(Collectors.joining());
    }

    private String wrapLine(String line) {
        String plain = STYLE.matcher(line).replaceAll("");
        Matcher columns = COLUMNS.matcher(plain);
        if (!columns.lookingAt()) {
            return wrap(line, indent(line));
        }
        if (columns.end() <= width / 2) {
            return wrap(line, columns.end());
        }
        String second = plain.substring(columns.end());
        String first = line.substring(0, line.length() - second.length());
        int indent = indent(line) + 4;
        return first.stripTrailing() + System.lineSeparator() + wrap(" ".repeat(indent) + second, indent);
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }

    /**
     * Wraps a line.
     *
     * @param indent indentation of the further lines, unless it leaves less than half of the width
     */
    private String wrap(String line, int indent) {
        int hanging = indent > width / 2 ? Math.min(indent, 4 + indent(line)) : indent;
        StringBuilder wrapped = new StringBuilder();
        int column = 0;
        for (String word : line.split("(?<=\\S)(?= )")) {
            int length = STYLE.matcher(word).replaceAll("").length();
            if (column > 0 && column + length > width && !word.isBlank()) {
                String first = word.stripLeading();
                wrapped.append(System.lineSeparator())
                        .append(" ".repeat(hanging))
                        .append(first);
                column = hanging + length - (word.length() - first.length());
            } else {
                wrapped.append(word);
                column += length;
            }
        }
        return wrapped.append(System.lineSeparator()).toString();
    }

    /** Returns the width of the terminal, by {@code COLUMNS} or the terminal itself; 80 if there is none. */
    private static int terminalWidth() {
        try {
            String columns = System.getenv("COLUMNS");
            int found = Integer.parseInt(columns == null ? asked() : columns);
            return found < 20 ? DEFAULT_WIDTH : Math.min(found, MAX_WIDTH);
        } catch (IOException | NumberFormatException e) {
            return DEFAULT_WIDTH;
        }
    }

    /** Asks the controlling terminal, which is there even if the help is piped into a pager. */
    private static String asked() throws IOException {
        Process stty = new ProcessBuilder("stty", "size")
                .redirectInput(new File("/dev/tty"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .strip()
                .replaceFirst(".* ", "");
    }
}
