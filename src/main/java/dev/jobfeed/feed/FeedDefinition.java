package dev.jobfeed.feed;

import dev.jobfeed.config.JobfeedProperties;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Defines the paged feeds of the API and how they differ. */
public enum FeedDefinition {
    /** {@code POST /api/jobs/feed}, with the companion endpoint for expired ids. */
    JOBS(
            "jobs",
            "job",
            "/api/jobs/feed",
            RecordSchema.JOB,
            true,
            1000,
            Set.of("locations"),
            List.of("sources", "work_models", "employment_types", "experience_levels"),
            List.of(),
            List.of(),
            // jobs feed documentation; the values of sources and locations are not limited
            Map.of(
                    "work_models", Set.of("remote", "hybrid", "onsite"),
                    "employment_types",
                            Set.of("full-time", "part-time", "contract", "internship", "freelance", "temporary"),
                    "experience_levels", Set.of("intern", "entry", "mid", "senior", "lead", "executive"))),
    /** {@code POST /api/career-sites/feed}. Its rows are updated and never expire. */
    CAREER_SITES(
            "career_sites",
            "career_site",
            "/api/career-sites/feed",
            RecordSchema.CAREER_SITE,
            false,
            50,
            Set.of(),
            List.of("industries", "company_sizes", "country_codes", "funding_stages", "company_types"),
            List.of("founded_after"),
            List.of("is_agency"),
            Map.of("company_types", Set.of("for_profit", "non_profit")));

    private final String stream;
    private final String table;
    private final String path;
    private final RecordSchema shape;
    private final boolean expiring;
    private final int mostRows;
    private final Set<String> jsonFilters;
    private final List<String> listFilters;
    private final List<String> numberFilters;
    private final List<String> flagFilters;
    private final Map<String, Set<String>> knownValues;

    FeedDefinition(
            String stream,
            String table,
            String path,
            RecordSchema shape,
            boolean expiring,
            int mostRows,
            Set<String> jsonFilters,
            List<String> listFilters,
            List<String> numberFilters,
            List<String> flagFilters,
            Map<String, Set<String>> knownValues) {
        this.stream = stream;
        this.table = table;
        this.path = path;
        this.shape = shape;
        this.expiring = expiring;
        this.mostRows = mostRows;
        this.jsonFilters = jsonFilters;
        this.listFilters = listFilters;
        this.numberFilters = numberFilters;
        this.flagFilters = flagFilters;
        this.knownValues = knownValues;
    }

    /** Returns the feed of a stream. */
    public static FeedDefinition of(String stream) {
        for (FeedDefinition feed : values()) {
            if (feed.stream.equals(stream)) {
                return feed;
            }
        }
        throw new IllegalArgumentException("There is no feed of the stream " + stream);
    }

    /**
     * Returns the feed whose path a URL's path ends with, after any prefix in the API's base URL; empty for other
     * endpoints.
     */
    public static Optional<FeedDefinition> behind(String path) {
        return Stream.of(values())
                .filter(feed -> path != null && path.endsWith(feed.path))
                .findFirst();
    }

    /** Returns the feed at a path. */
    public static FeedDefinition at(String path) {
        for (FeedDefinition feed : values()) {
            if (feed.path.equals(path)) {
                return feed;
            }
        }
        throw new IllegalArgumentException("There is no feed at " + path);
    }

    /** Returns the stream's name in the database. */
    public String stream() {
        return stream;
    }

    /** Returns the stream's name in properties and on the command line. */
    public String property() {
        return stream.replace('_', '-');
    }

    /** Returns the table of its rows. */
    public String table() {
        return table;
    }

    public String path() {
        return path;
    }

    public RecordSchema shape() {
        return shape;
    }

    /** Returns whether its rows expire. If so, there is an expiry sweep, and a resync ends with a reconcile. */
    public boolean isExpiring() {
        return expiring;
    }

    /** Returns the configured number of rows per page. */
    public int batchSize(JobfeedProperties settings) {
        return settings.number("jobo." + property() + ".batch-size", 1, mostRows);
    }

    /**
     * Returns the price of a row in credits, used until actual charges are known. Source: jobs feed and career sites
     * feed documentation; a Feed subscription includes the jobs.
     */
    public BigDecimal documentedPrice() {
        return this == JOBS ? new BigDecimal("0.5") : new BigDecimal("50");
    }

    /** Returns whether a subscription includes the rows. If so, they may cost nothing. */
    public boolean isIncludedInSubscription() {
        return this == JOBS;
    }

    /** Returns the request field of an incremental run's window. Career sites support only one. */
    public String watermarkParameter(JobfeedProperties settings) {
        return this == JOBS ? settings.jobsWatermarkParameter() : "updated_after";
    }

    /** Returns the filters whose value is the API's JSON. */
    Set<String> jsonFilters() {
        return jsonFilters;
    }

    /** Returns the filters whose value is a list. */
    List<String> listFilters() {
        return listFilters;
    }

    /** Returns the filters whose value is a whole number. */
    List<String> numberFilters() {
        return numberFilters;
    }

    /** Returns the filters whose value is true or false. */
    List<String> flagFilters() {
        return flagFilters;
    }

    /** Returns the values that the API documents for some of the list filters. */
    Map<String, Set<String>> knownValues() {
        return knownValues;
    }
}
