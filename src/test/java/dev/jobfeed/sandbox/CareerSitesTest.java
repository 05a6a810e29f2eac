package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CareerSitesTest {

    private final Calls calls = new Calls();

    @AfterEach
    void close() {
        calls.close();
    }

    private List<JsonNode> scan(String body) throws Exception {
        List<JsonNode> sites = new ArrayList<>();
        JsonNode page = Calls.ok(calls.post("/api/career-sites/feed", body));
        page.get("career_sites").forEach(sites::add);
        while (page.get("has_more").booleanValue()) {
            String next = "{\"cursor\":\"" + page.get("next_cursor").textValue() + "\"}";
            page = Calls.ok(calls.post("/api/career-sites/feed", next));
            page.get("career_sites").forEach(sites::add);
        }
        return sites;
    }

    @Test
    void sitesArePagedByFifty() throws Exception {
        List<JsonNode> sites = scan("");

        assertThat(Calls.ids(sites)).hasSize(120).doesNotHaveDuplicates();
        assertThat(calls.sandbox.log().entries())
                .extracting(LoggedRequest::rows)
                .containsExactly(50, 50, 20);
        assertThat(sites.get(0).fieldNames())
                .toIterable()
                .containsExactly(
                        "id",
                        "name",
                        "website",
                        "logo_url",
                        "summary",
                        "industries",
                        "linkedin_url",
                        "crunchbase_url",
                        "ats",
                        "listing_url",
                        "details_url");
    }

    @Test
    void updatedAfterReturnsTheEditedSitesOnly() throws Exception {
        List<JsonNode> before = scan("");
        List<UUID> edited = calls.data().updateCareerSites(3);

        List<JsonNode> sites = scan("{\"updated_after\":\"2026-11-10T11:00:00Z\"}");

        assertThat(Calls.ids(sites)).containsExactlyInAnyOrderElementsOf(edited);
        assertThat(before).doesNotContainAnyElementsOf(sites);
    }

    @Test
    void updatedAfterIsStrict() throws Exception {
        calls.data().updateCareerSites(1);

        assertThat(scan("{\"updated_after\":\"" + Calls.START + "\"}")).isEmpty();
    }

    @Test
    void filtersRestrictTheSites() throws Exception {
        List<JsonNode> fintech = scan("{\"industries\":[\"fintech\"],\"batch_size\":3}");

        assertThat(fintech)
                .hasSizeBetween(4, 100)
                .allMatch(site -> site.get("industries").toString().contains("\"fintech\""));
        assertThat(scan("{\"founded_after\":2100}")).isEmpty();
        assertThat(scan("{\"is_agency\":true}").size()
                        + scan("{\"is_agency\":false}").size())
                .isEqualTo(120);
        assertThat(scan("{\"company_types\":[\"non_profit\"]}").size()
                        + scan("{\"company_types\":[\"for_profit\"]}").size())
                .isEqualTo(120);
        assertThat(scan("{\"country_codes\":[\"DE\"]}"))
                .isNotEmpty()
                .allMatch(site -> profile(site).get("country_code").textValue().equals("DE"));
        assertThat(scan("{\"funding_stages\":[\"seed\"],\"company_sizes\":[\"1-10\",\"11-50\"]}"))
                .allMatch(site -> profile(site).get("funding_stage").textValue().equals("seed"));
        assertThat(scan("{\"industries\":[\"unheard of\"]}")).isEmpty();
    }

    private JsonNode profile(JsonNode site) {
        try {
            return Calls.ok(calls.get(site.get("details_url").textValue()));
        } catch (Exception e) {
            throw new AssertionError(site.toString(), e);
        }
    }

    @Test
    void siteAndJobLinkToTheProfileOfTheirCompany() throws Exception {
        JsonNode site = scan("").get(0);
        JsonNode company = calls.scan("{}").stream()
                .map(job -> job.get("company"))
                .filter(JsonNode::isObject)
                .findFirst()
                .orElseThrow();

        assertThat(profile(site).get("name")).isEqualTo(site.get("name"));
        assertThat(profile(company).get("id")).isEqualTo(company.get("id"));
        assertThat(profile(company).get("founding_year").isTextual()).isTrue();
    }
}
