package dev.jobfeed.cli.rehearse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests the texts of the promises, and the steps that they refer to. */
class PromisesTest {

    @Test
    void eachPromiseIsInTheGuide() throws IOException {
        List<String> listed = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (.*[.]) \\|$")
                .matcher(Files.readString(Path.of("docs/rehearse.md")))
                .results()
                .map(row -> row.group(1) + ": " + row.group(2))
                .toList();

        assertThat(Promises.ALL)
                .extracting(promise -> promise.name() + ": " + promise.text())
                .isEqualTo(listed);
    }

    @Test
    void eachPromiseNamesStepsOfTheShippedRoutes() throws IOException {
        List<String> ids = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.toList()) {
                Pattern.compile("(?m)^[\\s-]*id: *([\\w-]+)$")
                        .matcher(Files.readString(file))
                        .results()
                        .forEach(id -> ids.add(id.group(1)));
            }
        }

        assertThat(Promises.ALL)
                .allSatisfy(promise -> assertThat(promise.steps()).isNotEmpty().allSatisfy(step -> assertThat(ids)
                        .anyMatch(id -> id.startsWith(step))));
    }
}
