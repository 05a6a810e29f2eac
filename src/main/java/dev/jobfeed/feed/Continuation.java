package dev.jobfeed.feed;

/**
 * How an answer says whether there is more.
 *
 * @param hasMore the answer's own word
 * @param cursor opaque; never null when {@code hasMore} is true
 */
public record Continuation(boolean hasMore, String cursor) {

    /** Whether another page can be asked for. */
    public boolean hasNext() {
        return hasMore;
    }
}
