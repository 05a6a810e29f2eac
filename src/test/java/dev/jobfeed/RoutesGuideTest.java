package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.expiry.PendingExpiryService;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.schedule.SchedulePauses;
import dev.jobfeed.schedule.ScheduledStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the three changes of {@code docs/routes.md} as a reader would copy them. */
class RoutesGuideTest {

    private static final Pattern INDENTED = Pattern.compile("(?m)(^ {4}.*\n)+");

    private SyncFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(200));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void guideChangesTheSchedule() throws Exception {
        copy("Another schedule");
        fixture.with("jobfeed.jobs.enabled", "true");

        Clock saturday = Clock.fixed(Instant.parse("2026-11-28T12:00:00Z"), ZoneOffset.UTC);
        assertThat(new SchedulePauses(fixture.tenant(), saturday).next(ScheduledStream.JOBS))
                .contains(OffsetDateTime.parse("2026-11-30T06:00:00Z"));
    }

    @Test
    void guideFiltersRemoteJobsInTwoCountries() throws Exception {
        fixture.sync();
        copy("Only remote jobs in two countries");

        int remote = (int) fixture.sync().counts().received();

        assertThat(remote).isPositive();
        assertThat(fixture.one("select count(*) from pending_expiry", Integer.class))
                .isEqualTo(200 - remote);
        var tenant = fixture.tenant();
        PendingExpiryService.accept(tenant, OffsetDateTime.parse("2026-11-28T12:00:00Z"));
        List<UUID> active = fixture.database.queryForList("select id from active_job", UUID.class);
        assertThat(active).hasSize(remote).allSatisfy(id -> {
            JsonNode job = SyncFixture.parse(fixture.sandbox.data().json(id));
            assertThat(job.get("workplace_type").textValue()).isEqualToIgnoringCase("remote");
            assertThat(job.get("locations").findValuesAsText("country")).containsAnyOf("United States", "Germany");
        });
        assertThat(fixture.database.queryForList("select distinct expired_reason from job", String.class))
                .containsExactlyInAnyOrder(null, "filtered");
    }

    @Test
    void guideAddsAStepForEachNewJob() throws Exception {
        List<String> blocks = copy("An extra step for each new job");
        PluginHelper.getRoutesLoader(fixture.loaded())
                .loadRoutes(ResourceHelper.fromString(
                        "my-changes.camel.yaml",
                        blocks.stream()
                                .filter(block -> block.startsWith("- route:"))
                                .collect(Collectors.joining())));
        List<String> lines;
        try (LogLines log = LogLines.of("my-changes")) {
            fixture.sync();
            fixture.sandbox.data().updateJobs(1);
            fixture.sandbox.data().expireJobs(1);
            fixture.sync();

            await().atMost(JobbyFixture.DEADLINE)
                    .until(() -> fixture.tenant().outbox().lag().waiting() == 0);
            lines = log.messages();
        }
        assertThat(lines)
                .allMatch(line -> line.startsWith("new: "))
                .extracting(line -> line.substring(line.lastIndexOf(' ') + 1))
                .containsExactlyInAnyOrderElementsOf(
                        fixture.database.queryForList("select listing_url from job", String.class));
    }

    /** Sets the properties of a change; returns its blocks of text to copy. */
    private List<String> copy(String heading) throws IOException {
        String section = Files.readString(Path.of("docs/routes.md"))
                .split("(?m)^### " + heading + "$")[1]
                .split("(?m)^### ")[0];
        List<String> texts = INDENTED.matcher(section)
                .results()
                .map(block -> block.group().replaceAll("(?m)^ {4}", ""))
                .toList();
        for (String text : texts) {
            if (text.startsWith("job")) {
                Properties properties = new Properties();
                properties.load(new StringReader(text));
                properties.stringPropertyNames().forEach(name -> fixture.with(name, properties.getProperty(name)));
            }
        }
        assertThat(texts).isNotEmpty();
        return texts;
    }
}
