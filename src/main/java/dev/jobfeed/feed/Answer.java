package dev.jobfeed.feed;

/** What a call to a paged endpoint brought. */
public sealed interface Answer {

    /** Whether the server does not know the cursor any more, so that the pagination has to begin again. */
    default boolean isCursorLost() {
        return false;
    }

    /** In place of a page: the cursor is of no use any more. */
    record CursorLost() implements Answer {

        @Override
        public boolean isCursorLost() {
            return true;
        }
    }

    /** A page of something. */
    non-sealed interface Page extends Answer {

        /** Where it goes on. */
        NextPage next();
    }
}
