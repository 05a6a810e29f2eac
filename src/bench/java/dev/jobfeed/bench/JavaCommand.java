package dev.jobfeed.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Builds the command that starts a class of this class path on this Java. */
final class JavaCommand {

    private JavaCommand() {}

    static List<String> of(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
