package dev.jobfeed.feed;

/**
 * States whether a response has a next page.
 *
 * @param hasMore the response's {@code has_more}
 * @param cursor opaque; never null when {@code hasMore} is true
 */
public record Continuation(boolean hasMore, String cursor) {

    /** Returns whether another page can be requested. */
    public boolean hasNext() {
        return hasMore;
    }
}
