package dev.jobfeed.feed;

/** The response of a paged endpoint: page received, or cursor expired. */
public sealed interface FeedResponse {

    /** Returns whether the server no longer knows the cursor, so that the pagination has to restart. */
    default boolean isCursorExpired() {
        return false;
    }

    /** Cursor expired; takes the place of a page. */
    record CursorExpired() implements FeedResponse {

        @Override
        public boolean isCursorExpired() {
            return true;
        }
    }

    /** A page of rows or ids. */
    non-sealed interface Page extends FeedResponse {

        /** Returns the continuation. */
        Continuation next();
    }
}
