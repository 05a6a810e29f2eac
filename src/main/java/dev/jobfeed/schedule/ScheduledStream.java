package dev.jobfeed.schedule;

import dev.jobfeed.config.JobfeedProperties;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** Defines the streams that are updated on a schedule, and their properties. */
public enum ScheduledStream {
    /** The jobs feed. */
    JOBS("jobs", "jobfeed.jobs.enabled", "jobfeed.jobs.schedule", "jobfeed.jobs.freshness-target"),
    /** The career-sites feed. */
    CAREER_SITES(
            "career_sites",
            "jobfeed.career-sites.enabled",
            "jobfeed.career-sites.schedule",
            "jobfeed.career-sites.freshness-target"),
    /** Jobby.dev's live events. */
    LIVE_EVENTS(
            "jobby_live_events",
            "jobfeed.jobby-live-events.enabled",
            "jobfeed.jobby-live-events.schedule",
            "jobfeed.jobby-live-events.freshness-target");

    private final String stream;
    private final String enabled;
    private final String schedule;
    private final String target;

    ScheduledStream(String stream, String enabled, String schedule, String target) {
        this.stream = stream;
        this.enabled = enabled;
        this.schedule = schedule;
        this.target = target;
    }

    /** Returns the stream's name in the database. */
    public String stream() {
        return stream;
    }

    /** Returns the Quartz schedule; empty when the stream is disabled or has none. */
    public Optional<String> schedule(JobfeedProperties settings) {
        return settings.flag(enabled) ? settings.text(schedule) : Optional.empty();
    }

    /** Returns the maximum age of the stored data. */
    public Duration target(JobfeedProperties settings) {
        return settings.duration(target);
    }

    /** Finds a stream by its name in the database; empty when there is none of that name. */
    public static Optional<ScheduledStream> named(String stream) {
        return Arrays.stream(values())
                .filter(candidate -> candidate.stream.equals(stream))
                .findFirst();
    }
}
