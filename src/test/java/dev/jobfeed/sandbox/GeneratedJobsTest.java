package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.http.Times;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class GeneratedJobsTest {

    private static final Instant ANCHOR = Instant.parse("2026-11-01T00:00:00Z");

    @Test
    void twoInstancesServeTheSameBytes() throws Exception {
        try (Calls one = new Calls();
                Calls other = new Calls();
                Calls seeded = new Calls(options -> options.seed(2))) {
            String body = one.post("/api/jobs/feed", "{\"batch_size\":50}").body();

            assertThat(other.post("/api/jobs/feed", "{\"batch_size\":50}").body())
                    .isEqualTo(body);
            assertThat(seeded.post("/api/jobs/feed", "{\"batch_size\":50}").body())
                    .isNotEqualTo(body);
            assertThat(other.data().expireJobs(9)).isEqualTo(one.data().expireJobs(9));
            assertThat(other.post("/api/career-sites/feed", "").body())
                    .isEqualTo(one.post("/api/career-sites/feed", "").body());
        }
    }

    @Test
    void timesIncreaseWithTheNumberUpToTheAnchor() throws Exception {
        try (Calls calls = new Calls(options -> options.jobs(1000))) {
            List<JsonNode> jobs = calls.scan("{}");

            Instant last = ANCHOR.minus(Duration.ofDays(90));
            for (JsonNode job : jobs) {
                assertThat(job.get("created_at").textValue())
                        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
                Instant created = Instant.parse(job.get("created_at").textValue());
                Instant updated = Instant.parse(job.get("updated_at").textValue());
                assertThat(created).isAfterOrEqualTo(last);
                assertThat(updated).isAfterOrEqualTo(created);
                last = updated;
            }
            assertThat(last).isBefore(ANCHOR.minus(Duration.ofDays(2)));
            assertThat(jobs.stream()
                            .filter(job -> job.get("updated_at").equals(job.get("created_at")))
                            .count())
                    .isBetween(200L, 500L);
        }
    }

    @Test
    void idsLookRandomAndEncodeTheirNumber() {
        Set<UUID> ids = new HashSet<>();
        for (int number = 0; number < 10_000; number++) {
            UUID id = Ids.of(7, Ids.JOB, number);
            assertThat(id.version()).isEqualTo(4);
            assertThat(id.variant()).isEqualTo(2);
            assertThat(Ids.numberOf(7, Ids.JOB, id)).isEqualTo(number);
            assertThat(Ids.numberOf(8, Ids.JOB, id)).isEqualTo(-1);
            ids.add(id);
        }
        assertThat(ids).hasSize(10_000);
    }

    @Test
    void jobsHaveTheFieldsAndMissingValuesOfRealOnes() throws Exception {
        try (Calls calls = new Calls(options -> options.jobs(2000).descriptionBytes(6000))) {
            List<JsonNode> jobs = new ArrayList<>();
            long[] bytes = new long[1];
            calls.data().forEachActive(json -> {
                bytes[0] += json.getBytes(StandardCharsets.UTF_8).length;
                jobs.add(read(json));
            });

            assertThat(jobs).hasSize(2000);
            assertThat(bytes[0] / 2000).isBetween(5500L, 6500L);
            assertThat(jobs).filteredOn(job -> job.path("company").isNull()).hasSizeBetween(10, 150);
            assertThat(jobs).filteredOn(job -> job.path("description").isNull()).hasSizeBetween(10, 150);
            assertThat(jobs).filteredOn(job -> !job.has("compensation")).hasSizeBetween(50, 400);
            assertThat(jobs).filteredOn(job -> job.path("locations").isNull()).isNotEmpty();
            assertThat(jobs).filteredOn(job -> job.path("benefits").isNull()).isNotEmpty();
            assertThat(jobs)
                    .filteredOn(job -> job.path("compensation").path("min").isDouble())
                    .isNotEmpty();
            assertThat(values(jobs, "workplace_type")).containsExactly("Hybrid", "On-site", "Remote", "null");
            assertThat(values(jobs, "experience_level"))
                    .containsExactly("Entry Level", "Executive", "Intern", "Lead", "Mid Level", "Senior", "null");
            assertThat(values(jobs, "is_h1b_sponsor")).containsExactly("false", "null", "true");
            JsonNode full =
                    jobs.stream().filter(job -> job.size() == 24).findFirst().orElseThrow();
            assertThat(full.fieldNames())
                    .toIterable()
                    .containsExactly(
                            "id",
                            "title",
                            "normalized_title",
                            "company",
                            "description",
                            "summary",
                            "listing_url",
                            "apply_url",
                            "locations",
                            "compensation",
                            "employment_type",
                            "workplace_type",
                            "experience_level",
                            "source",
                            "created_at",
                            "updated_at",
                            "date_posted",
                            "valid_through",
                            "qualifications",
                            "responsibilities",
                            "benefits",
                            "is_work_auth_required",
                            "is_h1b_sponsor",
                            "is_clearance_required");
            assertThat(jobs.toString()).contains("🎓", "日本語", "München", "\\\"it depends\\\"", "\\n");
        }
    }

    private static Set<String> values(List<JsonNode> jobs, String field) {
        Set<String> values = new TreeSet<>();
        jobs.forEach(job -> values.add(job.path(field).asText()));
        return values;
    }

    private static JsonNode read(String json) {
        try {
            return Calls.MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(json, e);
        }
    }

    @Test
    void feedDeliversTheJobsOfTheDataset() throws Exception {
        try (Calls calls = new Calls()) {
            calls.data().updateJobs(20);
            for (JsonNode job : calls.scan("{}")) {
                assertThat(Calls.MAPPER.readTree(
                                calls.data().json(UUID.fromString(job.get("id").textValue()))))
                        .isEqualTo(job);
            }
        }
    }

    @Test
    void millionJobsStartAtOnceAndPageQuickly() throws Exception {
        long start = System.nanoTime();
        try (Calls calls = new Calls(options -> options.jobs(1_000_000))) {
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            List<UUID> middle = calls.data().activeIds().skip(500_000).limit(3).toList();
            UUID last = calls.data().activeIds().skip(999_999).findFirst().orElseThrow();

            long paging = System.nanoTime();
            JsonNode first = calls.feed("{\"batch_size\":10}");
            assertThat(first.get("estimated_total").intValue()).isEqualTo(1_000_000);
            JsonNode job = Calls.MAPPER.readTree(calls.data().json(middle.get(0)));
            JsonNode fromMiddle =
                    calls.feed("{\"batch_size\":2,\"cursor\":\"" + cursorAfter(job, middle.get(0)) + "\"}");
            assertThat(Calls.ids(fromMiddle.get("jobs"))).isEqualTo(middle.subList(1, 3));
            JsonNode end = calls.feed("{\"updated_after\":\""
                    + Calls.MAPPER
                            .readTree(calls.data().json(last))
                            .get("updated_at")
                            .textValue() + "\"}");
            assertThat(Calls.ids(end.get("jobs"))).containsExactly(last);
            assertThat(end.get("has_more").booleanValue()).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - paging)).isLessThan(Duration.ofSeconds(5));
        }
    }

    private static String cursorAfter(JsonNode job, UUID id) {
        long created = Times.micros(Instant.parse(job.get("created_at").textValue()));
        return new Cursor("jobs", Calls.MAPPER.createObjectNode(), created, id, null).encode();
    }

    @Test
    void emptyDatasetIsAnEmptyPage() throws Exception {
        try (Calls calls = new Calls(options -> options.jobs(0).careerSites(0))) {
            assertThat(calls.scan("{}")).isEmpty();
            assertThat(calls.scan("{\"stable_scan\":false}")).isEmpty();
            assertThat(calls.data().expireJobs(3)).isEmpty();
            calls.data().createJobs(2);
            assertThat(calls.scan("{}")).hasSize(2);
        }
    }
}
