package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** What can go wrong, on purpose; {@link FaultRule} says which fields go with which. */
public enum Fault {
    /** A redirect to another address. */
    REDIRECT("301"),
    /** A parameter that is not accepted. */
    BAD_REQUEST("400"),
    /** A cursor that is not accepted. */
    INVALID_CURSOR("400_invalid_cursor"),
    /** A key that is not accepted. */
    UNAUTHORIZED("401"),
    /** Too few credits, in the documented shape. */
    INSUFFICIENT_CREDITS("402"),
    /** Too few credits, in the shape seen on the live API, which has no status field. */
    INSUFFICIENT_CREDITS_LIVE("402_live"),
    /** Too few credits, as an RFC 9110 problem. */
    INSUFFICIENT_CREDITS_PROBLEM("402_problem"),
    /** A plan that does not include the endpoint. */
    FORBIDDEN("403"),
    /** Nothing found. */
    NOT_FOUND("404"),
    /** A request that took too long to arrive. */
    REQUEST_TIMEOUT("408"),
    /** A scan that has to start again. */
    CURSOR_RESTART("409"),
    /** Too many requests, with the wait in seconds in header and body. */
    RATE_LIMITED("429"),
    /** Too many requests, with the end of the wait as an HTTP date in the header only. */
    RATE_LIMITED_DATE("429_date"),
    /** Too many requests, with the wait in the body's retry_after only. */
    RATE_LIMITED_BODY("429_body"),
    /** Too many requests, with the wait in the body's retry_after_seconds only. */
    RATE_LIMITED_BODY_SECONDS("429_body_seconds"),
    /** Too many requests, and no word about a wait. */
    RATE_LIMITED_BARE("429_bare"),
    /** The server failed. */
    SERVER_ERROR("500"),
    /** A gateway failed, and answers with HTML as gateways do. */
    BAD_GATEWAY("502"),
    /** The service is down, and says for how long. */
    UNAVAILABLE("503"),
    /** The service is down, and does not say for how long. */
    UNAVAILABLE_BARE("503_bare"),
    /** Any answer at all. */
    ANSWER("answer"),
    /** A 200 that is a web page. */
    HTML("html"),
    /** A 200 without a body. */
    EMPTY("empty"),
    /** A 200 that is a JSON array. */
    ARRAY("array"),
    /** A page without has_more. */
    NO_HAS_MORE("no_has_more"),
    /** A page whose has_more is a string. */
    TEXT_HAS_MORE("text_has_more"),
    /** A page that promises more, at the cursor that was sent; strikes requests with a cursor only. */
    REPEATED_CURSOR("repeated_cursor"),
    /** A page that promises more without a cursor, or with one that is none. */
    NO_CURSOR("no_cursor"),
    /** Pages whose cursors lead in a circle, once it has found as many as the circle is long. */
    CURSOR_CYCLE("cursor_cycle"),
    /** The same pages again and again, at cursors that are new each time. */
    REPEATED_PAGES("repeated_pages"),
    /** A page without a row that promises more at a new cursor, which continues where the one that was sent does. */
    EMPTY_PAGE("empty_page"),
    /** A page whose ids have no hyphens. */
    PLAIN_IDS("plain_ids"),
    /** A page of expired ids that are objects, all of them. */
    OBJECT_IDS("object_ids"),
    /** Rows without an id. */
    ROW_NO_ID("row_no_id"),
    /** Rows whose id is not a UUID. */
    ROW_BAD_ID("row_bad_id"),
    /** Rows whose title, or name, is an object. */
    ROW_BAD_TITLE("row_bad_title"),
    /** Rows whose created_at is not a time. */
    ROW_BAD_CREATED_AT("row_bad_created_at"),
    /** Rows with a NUL and half a surrogate pair in their texts. */
    ROW_BAD_TEXT("row_bad_text"),
    /** Rows with a description of 5 MB. */
    ROW_HUGE("row_huge"),
    /** Rows with a field that nobody has heard of. */
    ROW_UNKNOWN_FIELD("row_unknown_field"),
    /** Rows with numbers that JSON does not have. */
    ROW_NAN("row_nan"),
    /** Rows whose title, or name, has an unescaped line break. */
    ROW_CONTROL("row_control"),
    /** Rows whose title, or name, has a byte that is not UTF-8. */
    ROW_BAD_BYTES("row_bad_bytes"),
    /** A body that ends too early. */
    TRUNCATED("truncated"),
    /** A connection that is closed without an answer. */
    DROPPED("dropped"),
    /** A request that is served, its answer lost: the connection is closed without a byte. */
    LOST("lost"),
    /** The right answer, late. */
    DELAY("delay"),
    /** A refusal by Jobby.dev with a code. */
    JOBBY_ERROR("jobby_error"),
    /** A copy of a webhook delivery that is signed with another secret. */
    WRONG_SIGNATURE("wrong_signature"),
    /** A copy of a webhook delivery that was signed ten minutes ago. */
    OLD_TIMESTAMP("old_timestamp"),
    /** A webhook delivery that is made twice. */
    REPEATED("repeated");

    private static final Set<Fault> ON_JOBBY = EnumSet.of(
            REDIRECT,
            RATE_LIMITED,
            RATE_LIMITED_BODY,
            RATE_LIMITED_BARE,
            SERVER_ERROR,
            BAD_GATEWAY,
            UNAVAILABLE,
            UNAVAILABLE_BARE,
            ANSWER,
            HTML,
            EMPTY,
            ARRAY,
            TRUNCATED,
            DROPPED,
            LOST,
            DELAY,
            JOBBY_ERROR);

    private static final Set<Fault> ON_DELIVERIES =
            EnumSet.of(DROPPED, DELAY, WRONG_SIGNATURE, OLD_TIMESTAMP, REPEATED);

    private final String script;

    Fault(String script) {
        this.script = script;
    }

    /** The name in scripts and in the request log. */
    public String script() {
        return script;
    }

    /** The fault with this name in scripts, or null. */
    static Fault named(String script) {
        return Arrays.stream(values())
                .filter(fault -> fault.script.equals(script))
                .findFirst()
                .orElse(null);
    }

    static String names() {
        return Arrays.stream(values()).map(Fault::script).collect(Collectors.joining(", "));
    }

    /** Whether the target has what the fault breaks. */
    boolean canStrike(Target target) {
        if (target instanceof Endpoint endpoint) {
            return canStrike(endpoint);
        }
        return (target instanceof JobbyEndpoint ? ON_JOBBY : ON_DELIVERIES).contains(this);
    }

    private boolean canStrike(Endpoint endpoint) {
        boolean paged = PageFields.of(endpoint) != null;
        return switch (this) {
            case NO_HAS_MORE,
                    TEXT_HAS_MORE,
                    REPEATED_CURSOR,
                    NO_CURSOR,
                    CURSOR_CYCLE,
                    REPEATED_PAGES,
                    EMPTY_PAGE,
                    PLAIN_IDS,
                    ROW_NO_ID,
                    ROW_BAD_ID -> paged;
            case OBJECT_IDS -> endpoint == Endpoint.JOBS_EXPIRED;
            case ROW_BAD_TITLE, ROW_BAD_TEXT, ROW_HUGE, ROW_UNKNOWN_FIELD, ROW_CONTROL, ROW_BAD_BYTES ->
                paged && PageFields.of(endpoint).title() != null;
            case ROW_BAD_CREATED_AT, ROW_NAN -> endpoint == Endpoint.JOBS_FEED;
            case JOBBY_ERROR, WRONG_SIGNATURE, OLD_TIMESTAMP, REPEATED -> false;
            default -> true;
        };
    }

    boolean canStrike(TargetedRequest request) {
        boolean needsCursor = this == REPEATED_CURSOR || this == EMPTY_PAGE;
        return canStrike(request.endpoint()) && (!needsCursor || PageFields.cursorSent(request) != null);
    }
}
