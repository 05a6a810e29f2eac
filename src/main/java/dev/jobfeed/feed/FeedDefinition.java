package dev.jobfeed.feed;

import dev.jobfeed.config.JobfeedProperties;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The paged feeds of the API, and what is different about each. */
public enum FeedDefinition {
    /** {@code POST /api/jobs/feed}, with its companion of expired ids. */
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
            // jobs feed documentation; sources and locations are open sets
            Map.of(
                    "work_models", Set.of("remote", "hybrid", "onsite"),
                    "employment_types",
                            Set.of("full-time", "part-time", "contract", "internship", "freelance", "temporary"),
                    "experience_levels", Set.of("intern", "entry", "mid", "senior", "lead", "executive"))),
    /** {@code POST /api/career-sites/feed}; its rows are updated, and never expire. */
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

    /** The source of a stream. */
    public static FeedDefinition of(String stream) {
        for (FeedDefinition source : values()) {
            if (source.stream.equals(stream)) {
                return source;
            }
        }
        throw new IllegalArgumentException("There is no feed of the stream " + stream);
    }

    /** The source that a path ends with, behind whatever prefix the address of the API has; empty for other endpoints. */
    public static Optional<FeedDefinition> behind(String path) {
        return Stream.of(values())
                .filter(source -> path != null && path.endsWith(source.path))
                .findFirst();
    }

    /** The source behind a path. */
    public static FeedDefinition at(String path) {
        for (FeedDefinition source : values()) {
            if (source.path.equals(path)) {
                return source;
            }
        }
        throw new IllegalArgumentException("There is no feed at " + path);
    }

    /** The stream's name in the database. */
    public String stream() {
        return stream;
    }

    /** The stream's name in properties and on the command line. */
    public String property() {
        return stream.replace('_', '-');
    }

    /** The table that holds its rows. */
    public String table() {
        return table;
    }

    /** The path of its endpoint. */
    public String path() {
        return path;
    }

    /** What its rows look like. */
    public RecordSchema shape() {
        return shape;
    }

    /** Whether its rows expire: there is a sweep, and a resync ends with a reconcile. */
    public boolean isExpiring() {
        return expiring;
    }

    /** Rows asked for in one page, as set. */
    public int batchSize(JobfeedProperties settings) {
        return settings.number("jobo." + property() + ".batch-size", 1, mostRows);
    }

    /**
     * Returns what a row costs, in credits, as long as nothing else was seen. Jobs feed and career sites feed documentation;
     * a Feed subscription includes the jobs.
     */
    public BigDecimal documentedPrice() {
        return this == JOBS ? new BigDecimal("0.5") : new BigDecimal("50");
    }

    /** Returns whether a subscription includes the rows, so that they may cost nothing. */
    public boolean isIncludedInSubscription() {
        return this == JOBS;
    }

    /** The request field of an incremental run's window. Career sites know one only. */
    public String watermarkParameter(JobfeedProperties settings) {
        return this == JOBS ? settings.jobsWatermarkParameter() : "updated_after";
    }

    /** Filters whose value is the API's JSON. */
    Set<String> jsonFilters() {
        return jsonFilters;
    }

    /** Filters whose value is a list. */
    List<String> listFilters() {
        return listFilters;
    }

    /** Filters whose value is a whole number. */
    List<String> numberFilters() {
        return numberFilters;
    }

    /** Filters whose value is true or false. */
    List<String> flagFilters() {
        return flagFilters;
    }

    /** The values that the API knows of some of the lists. */
    Map<String, Set<String>> knownValues() {
        return knownValues;
    }
}
