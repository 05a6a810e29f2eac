package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/**
 * Runs a sample program of the API's documentation as published, except for its key, its address and its store.
 *
 * <p>The sample's store is a dictionary with the comment "your DB", which is lost at the end; here it is kept in a file
 * between runs.
 */
final class SampleProgram {

    private final String python;
    private final Path directory;
    private final Path program;

    private SampleProgram(String python, Path directory, Path program) {
        this.python = python;
        this.directory = directory;
        this.program = program;
    }

    /**
     * Prepares a sample; skips the test where no Python has the package {@code requests}, except in CI.
     *
     * @param name of the file in the test resources {@code samples/}
     * @param directory where it keeps its state and its store
     */
    static SampleProgram of(String name, Path directory, String baseUrl, String key) throws Exception {
        String python = python(directory);
        Files.writeString(directory.resolve("store.py"), resource("store.py"));
        String text = resource(name);
        text = replaced(text, "YOUR_API_KEY", key);
        text = replaced(text, "https://connect.jobo.world", baseUrl);
        text = replaced(text, "store = {}", "store = __import__(\"store\").STORE");
        return new SampleProgram(python, directory, Files.writeString(directory.resolve(name), text));
    }

    private static String resource(String name) throws IOException {
        try (var in = SampleProgram.class.getResourceAsStream("/samples/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String replaced(String text, String published, String own) {
        assertThat(text.split(Pattern.quote(published), -1)).as(published).hasSize(2);
        return text.replaceFirst(Pattern.quote(published), Matcher.quoteReplacement(own));
    }

    private static String python(Path directory) throws InterruptedException {
        for (String candidate : List.of("python3", "/usr/bin/python3")) {
            try {
                Process process = new ProcessBuilder(candidate, "-c", "import requests")
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (process.waitFor() == 0) {
                    return candidate;
                }
            } catch (IOException e) {
                // there is none of this name
            }
        }
        if (System.getenv("CI") != null) {
            throw new IllegalStateException("No Python with requests is installed, and CI must not skip its tests.");
        }
        return Assumptions.abort("SKIPPED: no python3 with the package requests on this machine (python3-requests).");
    }

    /** Runs the sample to its end; it has to succeed. */
    void run() throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "said", "");
        Process process = new ProcessBuilder(python, program.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(JobfeedProcess.DEADLINE.toMillis(), TimeUnit.MILLISECONDS))
                    .as("end of the sample")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }

    /** Returns the rows of its store by id. */
    Map<String, JsonNode> store() throws IOException {
        Map<String, JsonNode> rows = new TreeMap<>();
        SyncFixture.parse(Files.readString(directory.resolve("store.json")))
                .properties()
                .forEach(row -> rows.put(row.getKey(), row.getValue()));
        return rows;
    }
}
