package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsFileTest {

    private static final UUID LATE = UUID.fromString("00000000-0000-5000-8000-00000000000c");
    private static final UUID EARLY = UUID.fromString("00000000-0000-5000-8000-00000000000b");
    private static final UUID MINIMAL = UUID.fromString("00000000-0000-5000-8000-00000000000a");

    private static final UUID COMPANY = UUID.fromString("00000000-0000-5000-8000-0000000000cc");

    private static final String LATE_LINE = "{\"zeta\": 1.50, \"id\": \"" + LATE + "\","
            + " \"title\": \"Zürich \\u00e9 🎈\", \"updated_at\": \"2020-01-03T00:00:00.5Z\","
            + " \"nested\": {\"updated_at\": \"x\"}, \"created_at\": \"2020-01-02T00:00:00Z\","
            + " \"company\": {\"id\": \"" + COMPANY + "\", \"name\": \"Åre AB\", \"details_url\": null},"
            + " \"workplace_type\": \"Remote\"}";
    private static final String EARLY_LINE = "{\"id\":\"" + EARLY + "\",\"created_at\":\"2020-01-01T00:00:00.000001Z\","
            + "\"date_posted\":\"2021-06-01T00:00:00.000Z\",\"locations\":[{\"country\":\"France\"}]}";
    private static final String MINIMAL_LINE = "{\"id\":\"" + MINIMAL + "\"}";

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = directory.resolve("jobs.jsonl");
        Files.writeString(file, LATE_LINE + "\n\n" + EARLY_LINE + "\r\n" + MINIMAL_LINE);
    }

    @Test
    void linesAreServedUnchangedInTheOrderOfCreation() throws Exception {
        try (Calls calls = new Calls(options -> options.jobsFile(file))) {
            String body = calls.post("/api/jobs/feed", "{}").body();

            assertThat(body).startsWith("{\"jobs\":[" + MINIMAL_LINE + "," + EARLY_LINE + "," + LATE_LINE + "]");
            assertThat(calls.data().json(LATE)).isEqualTo(LATE_LINE);
        }
    }

    @Test
    void onlyTheTimeOfUpdateChanges() throws Exception {
        try (Calls calls = new Calls(options -> options.jobsFile(file))) {
            assertThat(calls.data().updateJobs(3)).containsExactlyInAnyOrder(LATE, EARLY, MINIMAL);

            String late = calls.data().json(LATE);
            String time = Calls.MAPPER.readTree(late).get("updated_at").textValue();
            assertThat(time).startsWith("2026-11-10T12:00:00.00000").endsWith("Z");
            assertThat(late).isEqualTo(LATE_LINE.replace("2020-01-03T00:00:00.5Z", time));
            assertThat(calls.data().json(MINIMAL))
                    .startsWith("{\"id\":\"" + MINIMAL + "\",\"updated_at\":\"2026-11-10T");
            assertThat(calls.scan("{\"updated_after\":\"" + Calls.START + "\"}"))
                    .hasSize(3);
        }
    }

    @Test
    void windowsAndFiltersApplyToTheFile() throws Exception {
        try (Calls calls = new Calls(options -> options.jobsFile(file))) {
            assertThat(Calls.ids(calls.scan("{\"posted_after\":\"2021-01-01\"}")))
                    .containsExactly(EARLY);
            assertThat(Calls.ids(calls.scan("{\"locations\":[{\"country\":\"france\"}]}")))
                    .containsExactly(EARLY);
            assertThat(Calls.ids(calls.scan("{\"work_models\":[\"remote\"]}"))).containsExactly(LATE);
            assertThat(Calls.ids(calls.scan("{\"stable_scan\":false,\"batch_size\":1}")))
                    .containsExactly(LATE, EARLY, MINIMAL);
            assertThat(Calls.ids(calls.scan("{\"batch_size\":1}"))).containsExactly(MINIMAL, EARLY, LATE);
        }
    }

    @Test
    void generatedJobsAreAddedToThoseOfTheFile() throws Exception {
        try (Calls calls = new Calls(options -> options.jobsFile(file))) {
            List<UUID> created = calls.data().createJobs(2);
            calls.data().expireJob(LATE);

            List<JsonNode> jobs = calls.scan("{\"batch_size\":1}");
            assertThat(Calls.ids(jobs)).containsExactly(MINIMAL, EARLY, created.get(0), created.get(1));
            assertThat(calls.scanExpired("")).contains(LATE);
        }
    }

    @Test
    void companyOfTheFileHasItsProfile() throws Exception {
        try (Calls calls = new Calls(options -> options.jobsFile(file))) {
            assertThat(calls.get("/api/companies/" + COMPANY).body())
                    .isEqualTo("{\"id\":\"" + COMPANY + "\",\"name\":\"Åre AB\"}");
        }
    }

    @Test
    void invalidLineIsNamed() throws Exception {
        Files.writeString(file, EARLY_LINE + "\n{\"title\":\"no id\"}\n");
        SandboxOptions options = SandboxOptions.builder().port(0).jobsFile(file).build();

        assertThatThrownBy(() -> Sandbox.start(options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Line 2")
                .hasMessageContaining("jobs.jsonl");
    }
}
