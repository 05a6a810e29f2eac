package dev.jobfeed.feed;

/** What a call to a paged endpoint brought. */
public sealed interface FeedResponse {

    /** Whether the server does not know the cursor any more, so that the pagination has to begin again. */
    default boolean isCursorExpired() {
        return false;
    }

    /** In place of a page: the cursor is of no use any more. */
    record CursorExpired() implements FeedResponse {

        @Override
        public boolean isCursorExpired() {
            return true;
        }
    }

    /** A page of something. */
    non-sealed interface Page extends FeedResponse {

        /** Where it goes on. */
        Continuation next();
    }
}
