package dev.jobfeed.company;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedRecord;
import dev.jobfeed.feed.RecordParser;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * A company that a row of a feed refers to.
 *
 * @param detailsUrl the profile's URL as the API gives it; nullable
 */
public record CompanyReference(UUID id, String detailsUrl) {

    /** Returns the company of a job, or that of a career site; empty when the row names none. */
    public static Optional<CompanyReference> of(FeedDefinition source, FeedRecord row) {
        if (source == FeedDefinition.CAREER_SITES) {
            return Optional.of(new CompanyReference(row.id(), (String) row.value("details_url")));
        }
        String id = (String) row.value("company_id");
        return Optional.ofNullable(id)
                .flatMap(RecordParser::uuid)
                .map(uuid -> new CompanyReference(uuid, detailsUrl((String) row.value("company"))));
    }

    /** Returns the rows of {@code company-enqueue}, which marks companies as due unless their profile is recent. */
    public static List<SqlParameterSource> due(
            Collection<CompanyReference> companies, OffsetDateTime now, Duration refreshAfter) {
        return companies.stream()
                .<SqlParameterSource>map(company -> new MapSqlParameterSource("id", company.id())
                        .addValue("details_url", company.detailsUrl(), Types.VARCHAR)
                        .addValue("now", now)
                        .addValue("stale", now.minus(refreshAfter)))
                .toList();
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
