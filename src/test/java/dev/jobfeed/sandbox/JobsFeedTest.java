package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobsFeedTest {

    private final Calls calls = new Calls();

    @AfterEach
    void close() {
        calls.close();
    }

    @Test
    void requestWithoutABodyDeliversEveryJobOfASmallDataset() throws Exception {
        JsonNode page = calls.feed("");

        assertThat(Calls.ids(page.get("jobs")))
                .containsExactlyElementsOf(calls.data().activeIds().toList());
        assertThat(page.get("has_more").booleanValue()).isFalse();
        assertThat(page.get("next_cursor").isNull()).isTrue();
        assertThat(page.get("estimated_total").intValue()).isEqualTo(100);
    }

    @Test
    void pagesAreOrderedByCreationAndAFullLastPageIsTheLast() throws Exception {
        List<JsonNode> jobs = calls.scan("{\"batch_size\":20}");

        assertThat(jobs).hasSize(100);
        assertThat(jobs).extracting(job -> job.get("created_at").textValue()).isSorted();
        assertThat(calls.sandbox.log().entries()).hasSize(5).allMatch(entry -> entry.rows() == 20);
    }

    @Test
    void totalIsOnTheFirstPageOnly() throws Exception {
        JsonNode first = calls.feed("{\"batch_size\":30}");
        JsonNode second = calls.feed(Calls.with(
                "{\"batch_size\":30}", "cursor", first.get("next_cursor").textValue()));

        assertThat(first.get("estimated_total").intValue()).isEqualTo(100);
        assertThat(second.has("estimated_total")).isFalse();
    }

    @Test
    void headerRepeatsHasMore() throws Exception {
        assertThat(calls.post("/api/jobs/feed", "{\"batch_size\":30}").headers().firstValue("X-Has-More"))
                .contains("true");
        assertThat(calls.post("/api/jobs/feed", "{}").headers().firstValue("X-Has-More"))
                .contains("false");
    }

    @Test
    void cursorAloneKeepsTheFiltersButNotTheBatchSize() throws Exception {
        String filter = "{\"batch_size\":5,\"work_models\":[\"onsite\"]}";
        List<UUID> all = Calls.ids(calls.scan(filter));
        JsonNode first = calls.feed(filter);

        JsonNode second = calls.feed("{\"cursor\":\"" + first.get("next_cursor").textValue() + "\"}");

        assertThat(all).hasSizeBetween(10, 90);
        assertThat(Calls.ids(second.get("jobs"))).isEqualTo(all.subList(5, all.size()));
        assertThat(second.get("has_more").booleanValue()).isFalse();
    }

    @Test
    void batchSizeAppliesWithACursorAndOtherFiltersDoNot() throws Exception {
        List<UUID> all = Calls.ids(calls.scan("{\"work_models\":[\"onsite\"]}"));
        JsonNode first = calls.feed("{\"batch_size\":5,\"work_models\":[\"onsite\"]}");

        JsonNode second = calls.feed("{\"batch_size\":3,\"work_models\":[\"remote\"],\"cursor\":\""
                + first.get("next_cursor").textValue() + "\"}");

        assertThat(Calls.ids(second.get("jobs"))).isEqualTo(all.subList(5, 8));
    }

    @Test
    void postedAfterDoesNotReturnAnEditOfAnOldJob() throws Exception {
        String since = Calls.START.toString();
        UUID edited = calls.data().updateJobs(1).get(0);
        UUID created = calls.data().createJobs(1).get(0);

        assertThat(Calls.ids(calls.scan("{\"posted_after\":\"" + since + "\"}")))
                .containsExactly(created);
        assertThat(Calls.ids(calls.scan("{\"updated_after\":\"" + since + "\"}")))
                .containsExactly(edited, created);
    }

    @Test
    void updatedAfterDeliversAReturnedJobUnlessItWasUnchanged() throws Exception {
        List<UUID> expired = calls.data().expireJobs(2);
        calls.data().returnJob(expired.get(0));
        calls.data().returnJobUntouched(expired.get(1));

        assertThat(Calls.ids(calls.scan("{\"updated_after\":\"" + Calls.START + "\"}")))
                .containsExactly(expired.get(0));
        assertThat(Calls.ids(calls.scan("{}"))).containsAll(expired);
    }

    @Test
    void bothWindowsAreCombined() throws Exception {
        calls.data().updateJobs(3);
        List<UUID> created = calls.data().createJobs(2);
        String posted = "\"posted_after\":\"" + Calls.START + "\"";

        assertThat(Calls.ids(calls.scan("{" + posted + ",\"updated_after\":\"2026-01-01T00:00:00+00:00\"}")))
                .isEqualTo(created);
        assertThat(calls.scan("{" + posted + ",\"updated_after\":\"2027-01-01\"}"))
                .isEmpty();
    }

    @Test
    void windowIsInclusive() throws Exception {
        JsonNode job = calls.scan("{}").get(99);

        List<JsonNode> found =
                calls.scan("{\"updated_after\":\"" + job.get("updated_at").textValue() + "\"}");

        assertThat(found).containsExactly(job);
    }

    @Test
    void legacyOrderIsLatestUpdateFirst() throws Exception {
        calls.data().updateJobs(7);
        UUID last = calls.data().createJobs(1).get(0);

        List<JsonNode> jobs = calls.scan("{\"stable_scan\":false,\"batch_size\":9}");

        assertThat(Calls.ids(jobs)).hasSize(101).doesNotHaveDuplicates().startsWith(last);
        assertThat(jobs)
                .extracting(job -> job.get("updated_at").textValue())
                .isSortedAccordingTo(Comparator.reverseOrder());
    }

    @Test
    void scanOfAChangingDatasetNeitherSkipsNorRepeatsJobs() throws Exception {
        Set<UUID> before = calls.data().activeIds().collect(Collectors.toSet());
        Set<UUID> expiredJobs = new HashSet<>();
        List<UUID> seen = new ArrayList<>();
        JsonNode page = calls.feed("{\"batch_size\":7}");
        while (true) {
            seen.addAll(Calls.ids(page.get("jobs")));
            if (!page.get("has_more").booleanValue()) {
                break;
            }
            expiredJobs.addAll(calls.data().expireJobs(1));
            calls.data().updateJobs(5);
            calls.data().createJobs(1);
            page = calls.feed(
                    "{\"batch_size\":7,\"cursor\":\"" + page.get("next_cursor").textValue() + "\"}");
        }

        assertThat(seen).doesNotHaveDuplicates();
        before.removeAll(expiredJobs);
        assertThat(seen).containsAll(before);
        assertThat(seen.size()).isGreaterThan(100);
    }

    @Test
    void cursorSurvivesTheExpiryOfItsJob() throws Exception {
        List<UUID> all = Calls.ids(calls.scan("{}"));
        JsonNode first = calls.feed("{\"batch_size\":10}");
        calls.data().expireJob(all.get(9));

        JsonNode second = calls.feed("{\"cursor\":\"" + first.get("next_cursor").textValue() + "\"}");

        assertThat(Calls.ids(second.get("jobs"))).isEqualTo(all.subList(10, 100));
    }

    @Test
    void filtersMatchTheSpellingOfTheOutput() throws Exception {
        assertThat(calls.scan("{\"work_models\":[\"onsite\",\"remote\"]}"))
                .isNotEmpty()
                .allMatch(job -> Set.of("On-site", "Remote")
                        .contains(job.get("workplace_type").textValue()));
        assertThat(calls.scan("{\"employment_types\":[\"full-time\"]}"))
                .isNotEmpty()
                .allMatch(job -> job.get("employment_type").textValue().equals("Full-time"))
                .isEqualTo(calls.scan("{\"employment_types\":[\"full_time\"]}"));
        assertThat(calls.scan("{\"experience_levels\":[\"entry\"]}"))
                .isNotEmpty()
                .allMatch(job -> job.get("experience_level").textValue().equals("Entry Level"))
                .isEqualTo(calls.scan("{\"experience_levels\":[\"entry_level\"]}"));
        assertThat(calls.scan("{\"sources\":[\"lever_co\"]}"))
                .isNotEmpty()
                .allMatch(job -> job.get("source").textValue().equals("lever_co"));
        assertThat(calls.scan("{\"is_remote\":true}"))
                .isNotEmpty()
                .isEqualTo(calls.scan("{\"work_models\":[\"remote\"]}"));
    }

    @Test
    void locationsMatchByLabelOrCodeWithinOnePlace() throws Exception {
        List<JsonNode> germany = calls.scan("{\"locations\":[{\"country\":\"germany\"}]}");

        assertThat(germany)
                .isNotEmpty()
                .allMatch(job -> job.get("locations").toString().contains("\"Germany\""));
        assertThat(calls.scan("{\"locations\":[{\"country\":\"DE\"}]}")).isEqualTo(germany);
        assertThat(calls.scan("{\"locations\":[{\"country\":\"DE\",\"city\":\"Paris\"}]}"))
                .isEmpty();
        assertThat(calls.scan("{\"locations\":[{\"country\":\"DE\"},{\"city\":\"Paris\"}]}")
                        .size())
                .isGreaterThan(germany.size());
    }

    @Test
    void totalCountsTheFilteredJobs() throws Exception {
        JsonNode page = calls.feed("{\"work_models\":[\"remote\"],\"batch_size\":2}");

        assertThat(page.get("estimated_total").intValue())
                .isEqualTo(calls.scan("{\"work_models\":[\"remote\"]}").size());
    }

    @Test
    void unknownValuesMatchNothingAndUnknownFieldsAreIgnored() throws Exception {
        assertThat(calls.scan("{\"sources\":[\"no-such-source\"]}")).isEmpty();
        assertThat(calls.scan("{\"work_models\":[\"On-site\"]}")).isEmpty();
        assertThat(calls.scan("{\"colour\":\"blue\",\"sources\":[],\"is_remote\":null}"))
                .hasSize(100);
    }

    @Test
    void newJobWasPostedShortlyBeforeItAppeared() throws Exception {
        UUID id = calls.data().createJobs(40).get(39);
        JsonNode job = Calls.MAPPER.readTree(calls.data().json(id));

        assertThat(Instant.parse(job.get("created_at").textValue())).isBetween(Calls.START, Calls.START.plusMillis(1));
        assertThat(job.get("updated_at")).isEqualTo(job.get("created_at"));
        assertThat(calls.scan("{\"updated_after\":\"" + Calls.START + "\"}"))
                .hasSize(40)
                .filteredOn(row -> row.get("date_posted").isTextual())
                .isNotEmpty()
                .allMatch(row -> {
                    Instant posted = Instant.parse(row.get("date_posted").textValue());
                    return posted.isBefore(Calls.START) && posted.isAfter(Calls.START.minusSeconds(7200));
                });
    }

    @Test
    void everyUpdateChangesTheTitleOrTheDescription() throws Exception {
        for (UUID id : calls.data().activeIds().toList()) {
            Set<String> texts = new HashSet<>();
            Set<String> times = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                JsonNode job = Calls.MAPPER.readTree(calls.data().json(id));
                texts.add(job.get("title").textValue() + job.path("description").textValue());
                times.add(job.get("updated_at").textValue());
                calls.data().updateJob(id);
            }
            assertThat(texts).hasSize(5);
            assertThat(times).hasSize(5);
        }
    }
}
