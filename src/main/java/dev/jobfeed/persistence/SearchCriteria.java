package dev.jobfeed.persistence;

import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;

/**
 * Parameters of a search, as the body of a {@code sql:} step. Each line of the statement with a parameter that is not
 * given is left out, so that a search has only the conditions that it needs, and a plan of its own.
 */
public final class SearchCriteria extends MapSqlParameterSource {

    public SearchCriteria() {}
}
