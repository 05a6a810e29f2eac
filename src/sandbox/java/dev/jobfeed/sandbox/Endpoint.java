package dev.jobfeed.sandbox;

import java.util.Locale;

/** What the API offers here. */
public enum Endpoint implements Target {
    /** The stream of active jobs. */
    JOBS_FEED("POST", "/api/jobs/feed"),
    /** The ids of expired jobs. */
    JOBS_EXPIRED("GET", "/api/jobs/expired"),
    /** The stream of career sites. */
    CAREER_SITES_FEED("POST", "/api/career-sites/feed"),
    /** The profile of one company; its path goes on with an id. */
    COMPANY("GET", "/api/companies/");

    private final String method;
    private final String path;

    Endpoint(String method, String path) {
        this.method = method;
        this.path = path;
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    @Override
    public String script() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The endpoint at a path, or null. */
    static Endpoint at(String path) {
        for (Endpoint endpoint : values()) {
            if (endpoint == COMPANY ? path.startsWith(endpoint.path) : path.equals(endpoint.path)) {
                return endpoint;
            }
        }
        return null;
    }
}
