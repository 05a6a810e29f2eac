package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.UUID;

/** The companies of the generated world: company c is a pure function of the seed and c. */
final class Companies {

    private static final int DOMAIN = 11;

    /** What a company is, drawn anew whenever it is needed. */
    record Company(
            int number,
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

    /** The number of a company, or -1 for an id that is nobody's. */
    int numberOf(UUID id) {
        int number = Ids.numberOf(seed, Ids.COMPANY, id);
        return number < count ? number : -1;
    }

    Company company(int number) {
        SeededRandom draw = new SeededRandom(seed, DOMAIN, number);
        String first = draw.pick(SampleText.NAME_FIRST);
        String second = draw.pick(SampleText.NAME_SECOND);
        String name = first + " " + second + draw.pick(SampleText.NAME_LAST);
        String slug = (first + second).toLowerCase(Locale.ROOT).replaceAll("[^a-z]", "") + number;
        String[] industries = new String[1 + draw.below(3)];
        int industry = draw.below(SampleText.INDUSTRIES.length);
        for (int i = 0; i < industries.length; i++) {
            industries[i] = SampleText.INDUSTRIES[(industry + i) % SampleText.INDUSTRIES.length];
        }
        String[] categories = draw.oneIn(3) ? new String[0] : new String[] {draw.pick(SampleText.CATEGORIES)};
        return new Company(
                number,
                id(number),
                name,
                slug,
                draw.oneIn(6),
                industries,
                categories,
                draw.pick(SampleText.COMPANY_SIZES),
                draw.pick(SampleText.PLACES),
                draw.pick(SampleText.FUNDING_STAGES),
                draw.oneIn(10) ? "non_profit" : "for_profit",
                1950 + draw.below(76),
                draw.oneIn(12),
                draw.pick(SampleText.SOURCES));
    }

    /** The company as a job embeds it. */
    void writeSummary(int number, JsonBytes out) {
        Company c = company(number);
        out.raw("{\"id\":").id(c.id()).raw(",\"name\":").text(c.name());
        out.raw(",\"website\":").text(c.website());
        writeLogo(c, out);
        out.raw(",\"summary\":").text(c.summary(0));
        out.raw(",\"industries\":").texts(c.industries());
        out.raw(",\"categories\":").texts(c.categories());
        writeLinks(c, out);
        out.raw(",\"details_url\":\"").raw(c.detailsUrl()).raw("\"}");
    }

    /** The company as a row of the career-sites feed. */
    void writeCareerSite(int number, int revision, JsonBytes out) {
        Company c = company(number);
        out.raw("{\"id\":").id(c.id()).raw(",\"name\":").text(c.name());
        out.raw(",\"website\":").text(c.website());
        writeLogo(c, out);
        out.raw(",\"summary\":").text(c.summary(revision));
        out.raw(",\"industries\":").texts(c.industries());
        writeLinks(c, out);
        out.raw(",\"ats\":").text(c.ats());
        out.raw(",\"listing_url\":").text(c.listingUrl());
        out.raw(",\"details_url\":\"").raw(c.detailsUrl()).raw("\"}");
    }

    private static void writeLogo(Company c, JsonBytes out) {
        out.raw(",\"logo_url\":").text(c.sparse() ? null : "https://logos.example/" + c.slug() + ".png");
    }

    private static void writeLinks(Company c, JsonBytes out) {
        out.raw(",\"linkedin_url\":").text(c.sparse() ? null : "https://www.linkedin.com/company/" + c.slug());
        out.raw(",\"crunchbase_url\":")
                .text(c.fundingStage() == null ? null : "https://www.crunchbase.com/organization/" + c.slug());
    }

    /** The company's own page, GET /api/companies/{id}. */
    ObjectNode profile(int number, ObjectMapper mapper) {
        Company c = company(number);
        SeededRandom draw = new SeededRandom(seed, DOMAIN + 1, number);
        ObjectNode profile = mapper.createObjectNode();
        profile.put("id", c.id().toString());
        profile.put("name", c.name());
        profile.put("legal_name", c.sparse() ? null : c.name());
        profile.put("summary", c.summary(0));
        profile.put("description", c.sparse() ? null : c.summary(0) + "\n\nFounded in " + c.founded() + ".");
        profile.put("website", c.website());
        profile.put("listing_url", c.listingUrl());
        profile.put("logo_url", c.sparse() ? null : "https://logos.example/" + c.slug() + ".png");
        profile.put("linkedin_url", c.sparse() ? null : "https://www.linkedin.com/company/" + c.slug());
        profile.putNull("twitter_url");
        profile.putNull("github_url");
        profile.put(
                "crunchbase_url",
                c.fundingStage() == null ? null : "https://www.crunchbase.com/organization/" + c.slug());
        profile.put("headquarters_location", c.home().city());
        profile.put("headquarters_region", c.home().region());
        profile.putArray("headquarters_regions");
        profile.put("country_code", c.home().countryCode());
        profile.put("founding_year", Integer.toString(c.founded()));
        profile.put("company_size", c.size());
        profile.putNull("revenue");
        profile.put("is_agency", c.agency());
        var industries = profile.putArray("industries");
        for (String industry : c.industries()) {
            industries.add(industry);
        }
        profile.put("primary_industry", c.industries()[0]);
        var categories = profile.putArray("categories");
        for (String category : c.categories()) {
            categories.add(category);
        }
        profile.putArray("naics_codes").add("5" + (10 + draw.below(80)) + "11");
        profile.put("operating_status", "active");
        profile.put("ipo_status", "private");
        profile.put("company_type", c.type());
        profile.put("is_acquired", draw.oneIn(15));
        profile.put("funding_stage", c.fundingStage());
        long funding = c.fundingStage() == null ? 0 : (1 + draw.below(400)) * 250_000L;
        profile.put("total_funding", funding == 0 ? null : funding);
        var rounds = profile.putArray("funding_rounds");
        if (funding > 0) {
            rounds.addObject()
                    .put("investment_type", c.fundingStage())
                    .put("announced_on", (c.founded() + 1) + "-05-01")
                    .put("raised_amount", Long.toString(funding))
                    .putNull("post_money_valuation")
                    .put("investor_count", 1 + draw.below(9))
                    .put("lead_investor", draw.pick(SampleText.NAME_FIRST) + " Capital");
        }
        profile.putArray("founders").add(draw.pick(SampleText.PEOPLE));
        profile.putArray("leadership")
                .addObject()
                .put("name", draw.pick(SampleText.PEOPLE))
                .put("title", "Chief Executive Officer")
                .putNull("linkedin_url")
                .putNull("avatar_url");
        var ratings = profile.putArray("ratings");
        // a rating is a string in the older schema and may be a number in the newer one
        if (draw.oneIn(2)) {
            ratings.addObject()
                    .put("source", "example")
                    .put("rating", "4." + draw.below(10))
                    .put("review_count", 12);
        } else {
            ratings.addObject().put("source", "example").put("rating", 3.5).putNull("review_count");
        }
        profile.putArray("press_references");
        profile.putArray("technology_list").add("Java").add("PostgreSQL");
        var stack = profile.putArray("tech_stack").addObject().put("name", "Java");
        stack.putArray("categories").add("Programming Languages");
        profile.putArray("h1b_annual_job_counts").addObject().put("year", 2025).put("count", draw.below(40));
        profile.put("page_rank", draw.below(1000) / 100.0);
        return profile;
    }
}
