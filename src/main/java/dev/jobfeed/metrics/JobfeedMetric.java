package dev.jobfeed.metrics;

import java.util.List;

/** Defines the bundle's metrics: names by Micrometer's conventions, each with its tags. */
public enum JobfeedMetric {
    FRESHNESS(
            Kind.GAUGE,
            "freshness",
            "seconds",
            "How old what is stored of a stream is: now minus its watermark. Absent until a first run has succeeded.",
            "stream"),
    FRESHNESS_TARGET(
            Kind.GAUGE,
            "freshness.target",
            "seconds",
            "How old it may get: jobfeed.<stream>.freshness-target. Absent where no schedule keeps it in step.",
            "stream"),
    ROWS(
            Kind.COUNTER,
            "rows",
            "",
            "Rows of committed pages by what became of them: inserted, updated, unchanged, reactivated, duplicate or"
                    + " quarantined.",
            "stream",
            "result"),
    JOBS(
            Kind.GAUGE,
            "jobs",
            "",
            "Jobs that are stored, active or expired; counted at the end of a run, at most once an hour.",
            "state"),
    PAGES(Kind.COUNTER, "pages", "", "Committed pages of a feed.", "stream"),
    EXPIRED(
            Kind.COUNTER,
            "expired",
            "",
            "Jobs that were closed, by why: swept, or reconciled by a resync.",
            "stream",
            "reason"),
    REQUESTS(
            Kind.TIMER,
            "requests",
            "",
            "Requests to Jobo or Jobby.dev, repeated ones included, until the answer begins, by its status; IO_ERROR"
                    + " when none came.",
            "api",
            "endpoint",
            "status"),
    RETRIES(
            Kind.COUNTER,
            "retries",
            "",
            "Requests that were repeated, by why: rate_limited (429), unavailable (503) or transient (408, other 5xx,"
                    + " network, unreadable).",
            "reason"),
    REQUEST_WAIT(
            Kind.COUNTER,
            "request.wait",
            "seconds",
            "Time spent waiting before a request: for a repetition, by its reason, or for the rate limit (pace).",
            "reason"),
    CREDITS_SPENT(Kind.COUNTER, "credits.spent", "", "Credits the API said it deducted.", "stream"),
    CREDITS_BALANCE(
            Kind.GAUGE,
            "credits.balance",
            "",
            "Credits left, as the API said last on any stream. Absent where it says nothing of credits."),
    ATTEMPTS(
            Kind.TIMER,
            "attempts",
            "",
            "Attempts of this process by how they ended: succeeded, stopped or failed.",
            "stream",
            "outcome"),
    RUNS(
            Kind.TIMER,
            "runs",
            "",
            "Runs that succeeded in this process, from their opening to their end, all attempts included.",
            "stream",
            "mode"),
    RUN_OPEN(Kind.GAUGE, "run.open", "", "1 while a stream has an open run, else 0.", "stream"),
    QUARANTINE(Kind.GAUGE, "quarantine.size", "", "Rows in quarantine that are still open.", "stream"),
    EXPIRY_PENDING(
            Kind.GAUGE,
            "expiry.pending",
            "",
            "Jobs whose expiry a safety limit holds back until an operator approves it."),
    OUTBOX_PENDING(Kind.GAUGE, "outbox.pending", "", "Changes in the outbox that are not sent yet."),
    OUTBOX_LAG(
            Kind.GAUGE,
            "outbox.lag",
            "seconds",
            "How long the oldest change in the outbox has waited; 0 when none waits."),
    ALERTS(
            Kind.GAUGE,
            "alerts",
            "",
            "1 for each alert that lasts; docs/failures.md says what to do about its condition.",
            "stream",
            "condition"),
    DATABASE_UP(Kind.GAUGE, "database.up", "", "1 while the database answers, else 0.");

    private final Kind kind;
    private final String title;
    private final String unit;
    private final String description;
    private final List<String> tags;

    JobfeedMetric(Kind kind, String title, String unit, String description, String... tags) {
        this.kind = kind;
        this.title = title;
        this.unit = unit;
        this.description = description;
        this.tags = List.of(tags);
    }

    /** The type of a metric. */
    public enum Kind {
        COUNTER,
        GAUGE,
        TIMER
    }

    public Kind kind() {
        return kind;
    }

    /** Returns the name with dots, as Micrometer expects it. */
    public String title() {
        return "jobfeed." + title;
    }

    /** Returns the unit of its values; empty for counts, and for timers, whose unit is implied. */
    public String unit() {
        return unit;
    }

    public String description() {
        return description;
    }

    /** Returns the names of its tags, in the order of their values. Every metric also has the tag tenant. */
    public List<String> tags() {
        return tags;
    }
}
