package dev.jobfeed.persistence;

import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/** Stores company profiles in {@code company_profile}. Joins the calling thread's transaction. */
public final class CompanyRepository {

    private final SqlClient sql;

    public CompanyRepository(SqlClient sql) {
        this.sql = sql;
    }

    /**
     * A company whose profile is requested.
     *
     * @param detailsUrl the profile's URL as the API gives it; nullable
     */
    public record Candidate(UUID id, String detailsUrl) {}

    /** Returns the rows of {@code company-enqueue}, which marks companies as due unless their profile is recent. */
    public static List<SqlParameterSource> due(
            Collection<Candidate> companies, OffsetDateTime now, Duration refreshAfter) {
        return companies.stream()
                .<SqlParameterSource>map(company -> new MapSqlParameterSource("id", company.id())
                        .addValue("details_url", company.detailsUrl(), Types.VARCHAR)
                        .addValue("now", now)
                        .addValue("stale", now.minus(refreshAfter)))
                .toList();
    }

    /** Returns the company that has been due for the longest time. */
    public Optional<Candidate> next(OffsetDateTime now) {
        return sql.statement("company-due")
                .param("now", now)
                .query((row, i) -> new Candidate(row.getObject("id", UUID.class), row.getString("details_url")))
                .optional();
    }

    /**
     * Stores a profile.
     *
     * @param profile the profile as JSON; null when the company has none
     */
    public void store(UUID id, String profile, OffsetDateTime now) {
        sql.statement("company-store")
                .param("id", id)
                .param("profile", profile)
                .param("now", now)
                .update();
    }

    /** Claims a due company by postponing it; returns false when another node has just claimed it. */
    public boolean claim(UUID id, OffsetDateTime now, OffsetDateTime dueAt) {
        return sql.statement("company-claim")
                        .param("id", id)
                        .param("now", now)
                        .param("due_at", dueAt)
                        .update()
                == 1;
    }

    /** Sets when a company is due; with null, it is not fetched again automatically. */
    public void reschedule(UUID id, OffsetDateTime dueAt) {
        sql.statement("company-reschedule")
                .param("id", id)
                .param("due_at", dueAt, Types.TIMESTAMP_WITH_TIMEZONE)
                .update();
    }
}
