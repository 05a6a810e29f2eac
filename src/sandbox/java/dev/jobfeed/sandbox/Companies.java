package dev.jobfeed.sandbox;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.http.Json;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** The generated companies: company c is a pure function of the seed and c. */
final class Companies {

    private static final int DOMAIN = 11;

    /** A company, drawn whenever it is needed. */
    record Company(
            UUID id,
            String name,
            String slug,
            boolean sparse,
            String[] industries,
            String[] categories,
            String size,
            Location home,
            String fundingStage,
            String type,
            int founded,
            boolean agency,
            String ats) {

        String website() {
            return sparse ? null : "https://www." + slug + ".example";
        }

        String listingUrl() {
            return "https://careers." + slug + ".example/jobs";
        }

        String detailsUrl() {
            return "/api/companies/" + id;
        }

        String logoUrl() {
            return sparse ? null : "https://logos.example/" + slug + ".png";
        }

        String linkedinUrl() {
            return sparse ? null : "https://www.linkedin.com/company/" + slug;
        }

        String crunchbaseUrl() {
            return fundingStage == null ? null : "https://www.crunchbase.com/organization/" + slug;
        }

        String summary(int revision) {
            if (sparse && revision == 0) {
                return null;
            }
            String where = home.city() == null ? home.country() : home.city();
            return name + " is an invented company from " + where + " in the field of " + industries[0] + "."
                    + (revision == 0 ? "" : " Edition " + (revision + 1) + " of this text.");
        }
    }

    private final long seed;
    private final int count;

    Companies(long seed, int count) {
        this.seed = seed;
        this.count = count;
    }

    int count() {
        return count;
    }

    UUID id(int number) {
        return Ids.of(seed, Ids.COMPANY, number);
    }

    /** Returns the number of a company, or -1 for an unknown id. */
    int numberOf(UUID id) {
        int number = Ids.numberOf(seed, Ids.COMPANY, id);
        return number < count ? number : -1;
    }

    Company company(int number) {
        SampleText words = SampleText.WORDS;
        SeededRandom draw = new SeededRandom(seed, DOMAIN, number);
        String first = draw.pick(words.nameFirst());
        String second = draw.pick(words.nameSecond());
        String name = first + " " + second + draw.pick(words.nameLast());
        String slug = (first + second).toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "") + number;
        String[] industries = new String[1 + draw.below(3)];
        int industry = draw.below(words.industries().length);
        for (int i = 0; i < industries.length; i++) {
            industries[i] = words.industries()[(industry + i) % words.industries().length];
        }
        String[] categories = draw.oneIn(3) ? new String[0] : new String[] {draw.pick(words.categories())};
        return new Company(
                id(number),
                name,
                slug,
                draw.oneIn(6),
                industries,
                categories,
                draw.pick(words.companySizes()),
                draw.pick(words.places()),
                draw.pick(words.fundingStages()),
                draw.oneIn(10) ? "non_profit" : "for_profit",
                1950 + draw.below(76),
                draw.oneIn(12),
                draw.pick(words.sources()));
    }

    /** Writes the company as a job embeds it. */
    void writeSummary(int number, JsonGenerator out) throws IOException {
        Company c = company(number);
        writeBeginning(c, 0, out);
        out.writeObjectField("categories", c.categories());
        writeLinks(c, out);
        out.writeStringField("details_url", c.detailsUrl());
        out.writeEndObject();
    }

    /** Writes the company as a row of the career-sites feed. */
    void writeCareerSite(int number, int revision, JsonGenerator out) throws IOException {
        Company c = company(number);
        writeBeginning(c, revision, out);
        writeLinks(c, out);
        out.writeStringField("ats", c.ats());
        out.writeStringField("listing_url", c.listingUrl());
        out.writeStringField("details_url", c.detailsUrl());
        out.writeEndObject();
    }

    private static void writeBeginning(Company c, int revision, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", c.id().toString());
        out.writeStringField("name", c.name());
        out.writeStringField("website", c.website());
        out.writeStringField("logo_url", c.logoUrl());
        out.writeStringField("summary", c.summary(revision));
        out.writeObjectField("industries", c.industries());
    }

    private static void writeLinks(Company c, JsonGenerator out) throws IOException {
        out.writeStringField("linkedin_url", c.linkedinUrl());
        out.writeStringField("crunchbase_url", c.crunchbaseUrl());
    }

    /** Returns the company's own page, GET /api/companies/{id}. */
    ObjectNode profile(int number) {
        Company c = company(number);
        SampleText words = SampleText.WORDS;
        SeededRandom draw = new SeededRandom(seed, DOMAIN + 1, number);
        Map<String, Object> profile = Json.object(
                "id", c.id(),
                "name", c.name(),
                "legal_name", c.sparse() ? null : c.name(),
                "summary", c.summary(0),
                "description", c.sparse() ? null : c.summary(0) + "\n\nFounded in " + c.founded() + ".",
                "website", c.website(),
                "listing_url", c.listingUrl(),
                "logo_url", c.logoUrl(),
                "linkedin_url", c.linkedinUrl(),
                "twitter_url", null,
                "github_url", null,
                "crunchbase_url", c.crunchbaseUrl(),
                "headquarters_location", c.home().city(),
                "headquarters_region", c.home().region(),
                "headquarters_regions", List.of(),
                "country_code", c.home().countryCode(),
                "founding_year", Integer.toString(c.founded()),
                "company_size", c.size(),
                "revenue", null,
                "is_agency", c.agency(),
                "industries", c.industries(),
                "primary_industry", c.industries()[0],
                "categories", c.categories(),
                "naics_codes", List.of("5" + (10 + draw.below(80)) + "11"),
                "operating_status", "active",
                "ipo_status", "private",
                "company_type", c.type(),
                "is_acquired", draw.oneIn(15),
                "funding_stage", c.fundingStage());
        putFunding(c, draw, profile);
        profile.put("founders", List.of(draw.pick(words.people())));
        profile.put(
                "leadership",
                List.of(Json.object(
                        "name",
                        draw.pick(words.people()),
                        "title",
                        "Chief Executive Officer",
                        "linkedin_url",
                        null,
                        "avatar_url",
                        null)));
        // a rating is a string in the older schema and may be a number in the newer one
        boolean older = draw.oneIn(2);
        profile.put(
                "ratings",
                List.of(Json.object(
                        "source", "example",
                        "rating", older ? "4." + draw.below(10) : 3.5,
                        "review_count", older ? 12 : null)));
        profile.put("press_references", List.of());
        profile.put("technology_list", List.of("Java", "PostgreSQL"));
        profile.put("tech_stack", List.of(Json.object("name", "Java", "categories", List.of("Programming Languages"))));
        profile.put("h1b_annual_job_counts", List.of(Json.object("year", 2025, "count", draw.below(40))));
        profile.put("page_rank", draw.below(1000) / 100.0);
        return Json.MAPPER.valueToTree(profile);
    }

    private static void putFunding(Company c, SeededRandom draw, Map<String, Object> profile) {
        if (c.fundingStage() == null) {
            profile.put("total_funding", null);
            profile.put("funding_rounds", List.of());
            return;
        }
        long funding = (1 + draw.below(400)) * 250_000L;
        profile.put("total_funding", funding);
        profile.put(
                "funding_rounds",
                List.of(Json.object(
                        "investment_type",
                        c.fundingStage(),
                        "announced_on",
                        (c.founded() + 1) + "-05-01",
                        "raised_amount",
                        Long.toString(funding),
                        "post_money_valuation",
                        null,
                        "investor_count",
                        1 + draw.below(9),
                        "lead_investor",
                        draw.pick(SampleText.WORDS.nameFirst()) + " Capital")));
    }
}
