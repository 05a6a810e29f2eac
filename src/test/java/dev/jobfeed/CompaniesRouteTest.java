package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests {@code companies.camel.yaml}. */
class CompaniesRouteTest extends RouteTest {

    @Override
    SandboxOptions.Builder sandbox() {
        return SandboxOptions.builder().jobs(20);
    }

    @Override
    Map<String, String> properties() {
        return Map.of("jobfeed.companies.enabled", "true");
    }

    @Test
    void eachTickFetchesOneCompanyUntilNoneIsDue() throws Exception {
        edit("companies-enrichment", route -> route.replaceFromWith("direct:tick"));
        edit(
                "company-profile-fetch",
                route -> route.weaveById("company-profile-store").after().to("mock:stored"));
        fixture.sync();
        int companies = fixture.one("select count(distinct company_id) from job", Integer.class);

        template().sendBody("direct:tick", "");
        assertThat(arrived("mock:stored")).hasSize(1);
        for (int i = 0; i < companies; i++) {
            template().sendBody("direct:tick", "");
        }

        assertThat(arrived("mock:stored")).hasSize(companies);
        assertThat(fixture.one("select count(*) from company_profile where profile is not null", Integer.class))
                .isEqualTo(companies);
    }

    @Test
    void profileIsReturnedToTheCallingRoute() throws Exception {
        edit("company-profile", route -> route.weaveAddLast().to("mock:asked"));
        fixture.sync();
        String id = fixture.one("select company_id from job limit 1", String.class);

        String profile = template().requestBody("direct:company-profile", id, String.class);

        assertThat(SyncFixture.parse(profile).get("id").textValue()).isEqualTo(id);
        assertThat(arrived("mock:asked")).hasSize(1);
        assertThat(fixture.sandbox.log().entries())
                .extracting(LoggedRequest::path)
                .last()
                .isEqualTo("/api/companies/" + id);
    }
}
