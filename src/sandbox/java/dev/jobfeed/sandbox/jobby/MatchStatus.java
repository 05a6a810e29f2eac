package dev.jobfeed.sandbox.jobby;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What becomes of a match; the API's words are those of its webhook events. */
public enum MatchStatus {
    MATCHED,
    ACCEPTED,
    DECLINED,
    EXPIRED;

    /** Returns the word the API uses. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
