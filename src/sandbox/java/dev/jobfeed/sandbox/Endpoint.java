package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.Target;
import java.util.Locale;

/** What the API offers here. */
public enum Endpoint implements Target {
    /** The stream of active jobs. */
    JOBS_FEED("POST", "/api/jobs/feed", new PageFields("jobs", "title", "description")),
    /** The ids of expired jobs. */
    JOBS_EXPIRED("GET", "/api/jobs/expired", new PageFields("job_ids", null, null)),
    /** One job; its path goes on with an id. */
    JOB("GET", "/api/jobs/", null),
    /** The stream of career sites. */
    CAREER_SITES_FEED("POST", "/api/career-sites/feed", new PageFields("career_sites", "name", "summary")),
    /** The profile of one company; its path goes on with an id. */
    COMPANY("GET", "/api/companies/", null);

    private final String method;
    private final String path;
    private final PageFields page;

    Endpoint(String method, String path, PageFields page) {
        this.method = method;
        this.path = path;
        this.page = page;
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    /** Returns the names on its pages, or null when it has none. */
    PageFields page() {
        return page;
    }

    @Override
    public String script() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the endpoint at a path, or null. */
    static Endpoint at(String path) {
        for (Endpoint endpoint : values()) {
            if (endpoint.path.endsWith("/") ? path.startsWith(endpoint.path) : path.equals(endpoint.path)) {
                return endpoint;
            }
        }
        return null;
    }
}
