package dev.jobfeed.problem;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Lists the conditions that need an operator. Jobby.dev adds the codes of its rejections, which are not listed here.
 * {@code docs/} says what to do about each.
 */
public enum AlertCondition {

    // the API rejects a request, or its response cannot be used
    BAD_REQUEST("bad-request", ClearedBy.ATTEMPT),
    UNAUTHORIZED(
            "unauthorized", ClearedBy.ATTEMPT, "Check jobo.api-key: it is missing, revoked, or not for this server."),
    FORBIDDEN("forbidden", ClearedBy.ATTEMPT, "The key's plan does not include this; upgrade it, or use another key."),
    NOT_FOUND("not-found", ClearedBy.ATTEMPT, "Check jobo.base-url."),
    RATE_LIMITED(
            "rate-limited",
            ClearedBy.ATTEMPT,
            Problem.GOES_ON + " If it persists, another program may be using the same key."),
    SERVER_TROUBLE(
            "server-trouble",
            ClearedBy.ATTEMPT,
            Problem.GOES_ON + " If it persists, check " + ProblemTranslator.STATUS_PAGE + "."),
    REDIRECTED(
            "redirected",
            ClearedBy.ATTEMPT,
            "The key is never sent along a redirect; set jobo.base-url to the address of the API."),
    UNEXPECTED_ANSWER("unexpected-answer", ClearedBy.ATTEMPT, "Check jobo.base-url."),
    UNREADABLE_ANSWER("unreadable-answer", ClearedBy.ATTEMPT),
    UNREACHABLE("unreachable", ClearedBy.ATTEMPT),

    // the feed or the list of expired ids is not what the API promises
    CURSOR_LOST("cursor-lost", ClearedBy.RUN, "None. If this happens often, contact Jobo."),
    CURSOR_RESTARTS("cursor-restarts", ClearedBy.RUN),
    CURSOR_STUCK("cursor-stuck", ClearedBy.RUN),
    EMPTY_PAGES("empty-pages", ClearedBy.RUN),
    FEED_REPEATS("feed-repeats", ClearedBy.RUN),
    FEED_TRUNCATED("feed-truncated", ClearedBy.RUN),
    PAGE_UNUSABLE("page-unusable", ClearedBy.RUN),
    SWEEP_TRUNCATED("sweep-truncated", ClearedBy.RUN),
    SWEEP_UNREADABLE("sweep-unreadable", ClearedBy.RUN),
    WINDOW_IGNORED("window-ignored", ClearedBy.RUN),

    // credits
    COST_UNCONFIRMED("cost-unconfirmed", ClearedBy.ATTEMPT),
    CREDITS_CAP("credits-cap", ClearedBy.ATTEMPT),
    CREDITS_EXHAUSTED("credits-exhausted", ClearedBy.ATTEMPT),
    CREDITS_FLOOR("credits-floor", ClearedBy.ATTEMPT),
    CREDITS_LOW("credits-low", ClearedBy.CAUSE, "Top up the wallet."),

    // this process and its store
    AUDIT_BELOW_LIMIT(
            "audit-below-limit",
            ClearedBy.CAUSE,
            "jobfeed audit jobs shows what differs, and with --fix corrects the sampled jobs; a resync corrects all. See"
                    + " docs/audit.md."),
    CLOCK_DIFFERS(
            "clock-differs", ClearedBy.CAUSE, "Synchronize this machine's clock (NTP). If it is right, contact Jobo."),
    CONFIGURATION("configuration", ClearedBy.ATTEMPT),
    DATABASE("database", ClearedBy.ATTEMPT),
    INTERNAL("internal", ClearedBy.ATTEMPT),
    RECONCILE_HELD("reconcile-held", ClearedBy.CAUSE),
    RELAY_FAILED(
            "relay-failed",
            ClearedBy.CAUSE,
            "No event is lost and no sync waits; sending is retried until it succeeds."),
    ROLLED_BACK("rolled-back", ClearedBy.ATTEMPT, "Check your own steps in the route, and what they call."),
    SCHEDULE_PAUSED("schedule-paused", ClearedBy.CAUSE, "Resume it on the console."),

    // Jobby.dev
    DEPRECATED("deprecated", ClearedBy.CAUSE, "Update the bundle before that date."),
    EVENT_REFUSED(
            "event-refused",
            ClearedBy.ATTEMPT,
            "Change the constraint, trigger or limit that refuses them. Until then no event expires."),
    INSUFFICIENT_SCOPE("insufficient-scope", ClearedBy.CAUSE),
    JOIN_EXPIRED("join-expired", ClearedBy.CAUSE, "Join again if needed."),
    MATCH("match", ClearedBy.CAUSE, "Open the link in a browser now, and accept or decline; only a user can do this.");

    /** What clears the alert of a condition. */
    public enum ClearedBy {

        /** The next attempt that ends without it. */
        ATTEMPT,

        /** The next run that has read its stream to the end. */
        RUN,

        /** The end of its cause, whatever attempts do. */
        CAUSE
    }

    /** How urgent an alert is. */
    public enum Severity {

        /** Nothing has stopped yet. */
        WARNING,

        /** Requires an action. */
        ERROR;

        /** Returns the value in the console's API. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Set<AlertCondition> WARNINGS = EnumSet.of(
            CLOCK_DIFFERS, CREDITS_LOW, DEPRECATED, RATE_LIMITED, RELAY_FAILED, SCHEDULE_PAUSED, SERVER_TROUBLE);

    private final String id;
    private final ClearedBy clearedBy;
    private final String remedy;

    AlertCondition(String id, ClearedBy clearedBy) {
        this(id, clearedBy, "");
    }

    AlertCondition(String id, ClearedBy clearedBy, String remedy) {
        this.id = id;
        this.clearedBy = clearedBy;
        this.remedy = remedy;
    }

    /** Returns the stable identifier, as stored, measured and documented. */
    public String id() {
        return id;
    }

    /** Returns the identifier for one of several subjects, such as a match, each with an alert of its own. */
    public String id(String subject) {
        return id + " " + subject;
    }

    /** Describes the condition of one of several subjects, each of which has an alert of its own. */
    public Problem problem(String subject, String message) {
        return new Problem(id(subject), message, remedy);
    }

    /** Returns the remedy; empty where it depends on the case. */
    public String remedy() {
        return remedy;
    }

    /** Returns whether an identifier is this condition's, of whatever subject. */
    public boolean is(String condition) {
        return condition.equals(id) || condition.startsWith(id + " ");
    }

    /**
     * Returns how urgent an alert is.
     *
     * @param condition identifier, of whatever subject; an unknown one requires an action
     */
    public static Severity severity(String condition) {
        return WARNINGS.stream().anyMatch(warning -> warning.is(condition)) ? Severity.WARNING : Severity.ERROR;
    }

    /** Returns the conditions whose alerts are cleared alike. */
    public static Set<AlertCondition> clearedBy(ClearedBy what) {
        Set<AlertCondition> conditions = EnumSet.allOf(AlertCondition.class);
        conditions.removeIf(condition -> condition.clearedBy != what);
        return conditions;
    }
}
