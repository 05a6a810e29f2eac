package dev.jobfeed.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.feed.FeedSource;
import dev.jobfeed.feed.Row;
import dev.jobfeed.feed.RowReader;
import dev.jobfeed.store.CompanyStore.Wanted;
import java.util.Optional;

/** Finds the company that a row of a feed is about. */
final class CompanyOf {

    private static final ObjectMapper JSON = new ObjectMapper();

    private CompanyOf() {}

    /** The company of a job, or the one that a career site is; empty when the row names none. */
    static Optional<Wanted> row(FeedSource source, Row row) {
        if (source == FeedSource.CAREER_SITES) {
            return Optional.of(new Wanted(row.id(), (String) row.value("details_url")));
        }
        String id = (String) row.value("company_id");
        return Optional.ofNullable(id)
                .flatMap(RowReader::uuid)
                .map(uuid -> new Wanted(uuid, detailsUrl((String) row.value("company"))));
    }

    private static String detailsUrl(String company) {
        try {
            JsonNode url = JSON.readTree(company).path("details_url");
            return url.isTextual() ? url.asText() : null;
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("company was copied from JSON", e);
        }
    }
}
