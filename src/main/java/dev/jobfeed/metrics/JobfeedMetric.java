package dev.jobfeed.metrics;

import java.util.List;

/** Defines the bundle's metrics: names by Micrometer's conventions, each with its tags. */
public enum JobfeedMetric {
    FRESHNESS(
            Kind.GAUGE,
            "freshness",
            "seconds",
            "Age of a stream's data: now minus its watermark. Absent until the first run has succeeded.",
            "stream"),
    FRESHNESS_TARGET(
            Kind.GAUGE,
            "freshness.target",
            "seconds",
            "Maximum age of a stream's data: jobfeed.<stream>.freshness-target. Absent for a stream without a schedule.",
            "stream"),
    ROWS(
            Kind.COUNTER,
            "rows",
            "",
            "Rows of committed pages by outcome: inserted, updated, unchanged, reactivated, duplicate or quarantined.",
            "stream",
            "result"),
    JOBS(
            Kind.GAUGE,
            "jobs",
            "",
            "Stored jobs, active or expired; counted at the end of a run, at most once an hour.",
            "state"),
    PAGES(Kind.COUNTER, "pages", "", "Committed pages of a feed.", "stream"),
    EXPIRED(
            Kind.COUNTER,
            "expired",
            "",
            "Expired jobs by reason: swept, reconciled by a resync, or audited.",
            "stream",
            "reason"),
    REQUESTS(
            Kind.TIMER,
            "requests",
            "",
            "Requests to Jobo or Jobby.dev including retries, from sending until the response begins, by status; IO_ERROR without a response.",
            "api",
            "endpoint",
            "status"),
    RETRIES(
            Kind.COUNTER,
            "retries",
            "",
            "Retried requests by reason: rate_limited (429), unavailable (503) or transient (408, other 5xx, network, unreadable).",
            "reason"),
    REQUEST_WAIT(
            Kind.COUNTER,
            "request.wait",
            "seconds",
            "Time spent waiting before a request: for a retry, by reason, or for the rate limiter (pace).",
            "reason"),
    CREDITS_SPENT(Kind.COUNTER, "credits.spent", "", "Credits that the API reported as deducted.", "stream"),
    CREDITS_BALANCE(
            Kind.GAUGE,
            "credits.balance",
            "",
            "Credit balance as last reported by the API on any stream. Absent if it reports none."),
    ATTEMPTS(
            Kind.TIMER,
            "attempts",
            "",
            "Attempts of this process by outcome: succeeded, stopped or failed.",
            "stream",
            "outcome"),
    RUNS(
            Kind.TIMER,
            "runs",
            "",
            "Runs that succeeded in this process, from opening to end, including all attempts.",
            "stream",
            "mode"),
    RUN_OPEN(Kind.GAUGE, "run.open", "", "1 while a stream has an open run, else 0.", "stream"),
    QUARANTINE(Kind.GAUGE, "quarantine.size", "", "Open quarantine entries.", "stream"),
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
            "Time since the oldest pending change in the outbox; 0 if none is pending."),
    ALERTS(
            Kind.GAUGE,
            "alerts",
            "",
            "1 for each open alert; docs/failures.md describes each condition and its remedy.",
            "stream",
            "condition"),
    AUDIT_ACCURACY(
            Kind.GAUGE,
            "audit.accuracy",
            "",
            "Share of active jobs that are right, by the last audit: bounds of its 95 % confidence interval, lower and upper. Absent before the first audit.",
            "bound"),
    AUDIT_AGE(Kind.GAUGE, "audit.age", "seconds", "Time since the last audit. Absent before the first audit."),
    DATABASE_UP(Kind.GAUGE, "database.up", "", "1 while the database responds, else 0.");

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
