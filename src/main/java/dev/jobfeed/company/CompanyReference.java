package dev.jobfeed.company;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedRecord;
import dev.jobfeed.feed.RecordParser;
import dev.jobfeed.persistence.CompanyRepository.Candidate;
import java.util.Optional;

/** Finds the company that a row of a feed refers to. */
public final class CompanyReference {

    private CompanyReference() {}

    /** Returns the company of a job, or that of a career site; empty when the row names none. */
    public static Optional<Candidate> row(FeedDefinition source, FeedRecord row) {
        if (source == FeedDefinition.CAREER_SITES) {
            return Optional.of(new Candidate(row.id(), (String) row.value("details_url")));
        }
        String id = (String) row.value("company_id");
        return Optional.ofNullable(id)
                .flatMap(RecordParser::uuid)
                .map(uuid -> new Candidate(uuid, detailsUrl((String) row.value("company"))));
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
