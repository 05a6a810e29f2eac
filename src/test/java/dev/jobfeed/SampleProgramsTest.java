package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests that the sample programs of the API's documentation and the bundle end with the same rows when they sync the
 * same changing sandbox.
 *
 * <p>The data only changes where the jobs sample is correct by its documentation: between its runs, because its first
 * run does no sweep and a resumed one takes a new start. A job that returns was created within the overlap, because
 * {@code posted_after} delivers no other one, and returns in a later round than it expired in, because the sample
 * sweeps after the feed.
 */
@Tag("processes")
class SampleProgramsTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void jobsSampleAndBundleStoreTheSameJobs(String database) throws Exception {
        try (SyncFixture fixture =
                SyncFixture.of(database, SandboxOptions.builder().jobs(2500).descriptionBytes(300))) {
            fixture.with("jobo.jobs.watermark-parameter", "posted_after");
            SampleProgram sample =
                    SampleProgram.of("jobs_feed.py", directory, fixture.sandbox.baseUrl(), Sandbox.TEST_KEY);
            sample.run();
            fixture.sync();
            assertSame(fixture, sample);
            assertThat(sample.store()).hasSize(2500);

            List<UUID> recent = fixture.sandbox.data().createJobs(1200);
            fixture.sandbox.data().updateJobs(80);
            fixture.sandbox.data().expireJobs(60);
            sample.run();
            fixture.sync();
            assertSame(fixture, sample);

            List<UUID> expiring = recent.stream()
                    .filter(id -> fixture.sandbox.data().expireJob(id))
                    .limit(40)
                    .toList();
            fixture.sandbox.data().updateJobs(50);
            sample.run();
            fixture.sync();
            assertSame(fixture, sample);
            assertThat(sample.store()).doesNotContainKeys(ids(expiring));

            List<UUID> returning = expiring.subList(0, 25);
            returning.forEach(
                    id -> assertThat(fixture.sandbox.data().returnJob(id)).isTrue());
            fixture.sandbox.data().createJobs(30);
            fixture.sandbox.data().expireJobs(500);
            sample.run();
            fixture.sync();
            assertSame(fixture, sample);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void careerSitesSampleAndBundleStoreTheSameSites(String database) throws Exception {
        try (SyncFixture fixture =
                SyncFixture.of(database, SandboxOptions.builder().jobs(10).careerSites(230))) {
            SampleProgram sample =
                    SampleProgram.of("career_sites_feed.py", directory, fixture.sandbox.baseUrl(), Sandbox.TEST_KEY);
            for (int i = 1; i <= 3; i++) {
                int round = i;
                sample.run();
                fixture.syncCareerSites();

                Map<String, String> storedRows = new TreeMap<>();
                sample.store()
                        .forEach((id, row) ->
                                storedRows.put(id, row.get("summary").textValue()));
                Map<String, String> stored = new TreeMap<>();
                fixture.database.query("select id, summary from career_site", row -> {
                    stored.put(row.getString("id"), row.getString("summary"));
                });
                assertThat(stored).hasSize(230).isEqualTo(storedRows);
                if (round > 1) {
                    assertThat(storedRows.values())
                            .anyMatch(summary -> summary != null && summary.contains("Edition " + round));
                }
                fixture.sandbox.data().updateCareerSites(70);
            }
        }
    }

    private static String[] ids(List<UUID> ids) {
        return ids.stream().map(UUID::toString).toArray(String[]::new);
    }

    private static void assertSame(SyncFixture fixture, SampleProgram sample) throws Exception {
        List<String> stored = fixture.database.queryForList("select cast(id as varchar) from active_job", String.class);
        assertThat(stored).containsExactlyInAnyOrderElementsOf(sample.store().keySet());
        assertThat(stored)
                .containsExactlyInAnyOrderElementsOf(
                        fixture.sandbox.data().activeIds().map(UUID::toString).toList());
    }
}
