package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.Fields;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The filters of a career-sites scan. */
record SiteFilter(
        Set<String> industries,
        Set<String> companySizes,
        Set<String> countryCodes,
        Set<String> fundingStages,
        Set<String> companyTypes,
        Integer foundedAfter,
        Boolean agency,
        Long updatedAfter) {

    static SiteFilter of(Fields fields) throws ApiError {
        return new SiteFilter(
                fields.texts("industries", UnaryOperator.identity()),
                fields.texts("company_sizes", UnaryOperator.identity()),
                fields.texts("country_codes", text -> text.toUpperCase(Locale.ROOT)),
                fields.texts("funding_stages", UnaryOperator.identity()),
                fields.texts("company_types", UnaryOperator.identity()),
                fields.number("founded_after"),
                fields.flag("is_agency"),
                fields.time("updated_after"));
    }

    boolean matches(Companies.Company company, long updatedAt) {
        return (updatedAfter == null || updatedAt > updatedAfter)
                && (foundedAfter == null || company.founded() >= foundedAfter)
                && (agency == null || agency == company.agency())
                && has(companySizes, company.size())
                && has(countryCodes, company.home().countryCode())
                && has(fundingStages, company.fundingStage())
                && has(companyTypes, company.type())
                && has(industries, company.industries());
    }

    private static boolean has(Set<String> wanted, String... values) {
        return wanted.isEmpty() || Stream.of(values).anyMatch(wanted::contains);
    }
}
