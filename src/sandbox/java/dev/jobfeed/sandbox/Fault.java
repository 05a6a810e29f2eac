package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Defect;
import dev.jobfeed.sandbox.http.Target;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What can go wrong, on purpose; docs/sandbox.md says what a client meets, and which fields go with which fault. */
public enum Fault {
    REDIRECT("301", Reach.BOTH_APIS),
    BAD_REQUEST("400", Reach.JOBO),
    INVALID_CURSOR("400_invalid_cursor", Reach.JOBO),
    UNAUTHORIZED("401", Reach.JOBO),
    INSUFFICIENT_CREDITS("402", Reach.JOBO),
    INSUFFICIENT_CREDITS_LIVE("402_live", Reach.JOBO),
    INSUFFICIENT_CREDITS_PROBLEM("402_problem", Reach.JOBO),
    FORBIDDEN("403", Reach.JOBO),
    NOT_FOUND("404", Reach.JOBO),
    REQUEST_TIMEOUT("408", Reach.JOBO),
    CURSOR_RESTART("409", Reach.JOBO),
    RATE_LIMITED("429", Reach.BOTH_APIS),
    RATE_LIMITED_DATE("429_date", Reach.JOBO),
    RATE_LIMITED_BODY("429_body", Reach.BOTH_APIS),
    RATE_LIMITED_BODY_SECONDS("429_body_seconds", Reach.JOBO),
    RATE_LIMITED_BARE("429_bare", Reach.BOTH_APIS),
    SERVER_ERROR("500", Reach.BOTH_APIS),
    BAD_GATEWAY("502", Reach.BOTH_APIS),
    UNAVAILABLE("503", Reach.BOTH_APIS),
    UNAVAILABLE_BARE("503_bare", Reach.BOTH_APIS),
    ANSWER("answer", Reach.BOTH_APIS),
    HTML("html", Reach.BOTH_APIS),
    EMPTY("empty", Reach.BOTH_APIS),
    ARRAY("array", Reach.BOTH_APIS),
    NO_HAS_MORE("no_has_more", Reach.PAGES),
    TEXT_HAS_MORE("text_has_more", Reach.PAGES),
    REPEATED_CURSOR("repeated_cursor", Reach.PAGES),
    NO_CURSOR("no_cursor", Reach.PAGES),
    CURSOR_CYCLE("cursor_cycle", Reach.PAGES),
    REPEATED_PAGES("repeated_pages", Reach.PAGES),
    EMPTY_PAGE("empty_page", Reach.PAGES),
    PLAIN_IDS("plain_ids", Reach.PAGES),
    OBJECT_IDS("object_ids", Reach.EXPIRED_JOBS),
    ROW_NO_ID("row_no_id", Reach.PAGES),
    ROW_BAD_ID("row_bad_id", Reach.PAGES),
    ROW_BAD_TITLE("row_bad_title", Reach.ROWS),
    ROW_BAD_CREATED_AT("row_bad_created_at", Reach.JOBS),
    ROW_BAD_TEXT("row_bad_text", Reach.ROWS),
    ROW_HUGE("row_huge", Reach.ROWS),
    ROW_UNKNOWN_FIELD("row_unknown_field", Reach.ROWS),
    ROW_NAN("row_nan", Reach.JOBS),
    ROW_CONTROL("row_control", Reach.ROWS),
    ROW_BAD_BYTES("row_bad_bytes", Reach.ROWS),
    TRUNCATED("truncated", Reach.BOTH_APIS),
    DROPPED("dropped", Reach.EVERYTHING),
    LOST("lost", Reach.BOTH_APIS),
    DELAY("delay", Reach.EVERYTHING),
    JOBBY_ERROR("jobby_error", Reach.JOBBY),
    WRONG_SIGNATURE("wrong_signature", Reach.DELIVERIES),
    OLD_TIMESTAMP("old_timestamp", Reach.DELIVERIES),
    REPEATED("repeated", Reach.DELIVERIES);

    /** What has the thing that a fault breaks. */
    private enum Reach {
        EVERYTHING(target -> true),
        BOTH_APIS(target -> target != Defect.DELIVERY),
        JOBO(target -> target instanceof Endpoint),
        PAGES(target -> PageFields.of(target) != null),
        ROWS(target -> PageFields.of(target) != null && PageFields.of(target).title() != null),
        JOBS(target -> target == Endpoint.JOBS_FEED),
        EXPIRED_JOBS(target -> target == Endpoint.JOBS_EXPIRED),
        JOBBY(target -> target instanceof JobbyEndpoint),
        DELIVERIES(target -> target == Defect.DELIVERY);

        private final Predicate<Target> includes;

        Reach(Predicate<Target> includes) {
            this.includes = includes;
        }
    }

    private final String script;
    private final Reach reach;

    Fault(String script, Reach reach) {
        this.script = script;
        this.reach = reach;
    }

    /** Returns the name in scripts and in the request log. */
    public String script() {
        return script;
    }

    /** Returns the fault with this name in scripts, or null. */
    static Fault named(String script) {
        return Arrays.stream(values())
                .filter(fault -> fault.script.equals(script))
                .findFirst()
                .orElse(null);
    }

    static String names() {
        return Arrays.stream(values()).map(Fault::script).collect(Collectors.joining(", "));
    }

    /** Tells whether the target has what the fault breaks. */
    boolean canStrike(Target target) {
        return reach.includes.test(target);
    }

    boolean canStrike(ApiRequest<?> request) {
        boolean needsCursor = this == REPEATED_CURSOR || this == EMPTY_PAGE;
        return !needsCursor || PageFields.cursorSent(request) != null;
    }
}
