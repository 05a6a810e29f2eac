package dev.jobfeed.feed;

/**
 * How an answer says whether there is more.
 *
 * @param hasMore the answer's own word
 * @param cursor opaque; never null when {@code hasMore} is true
 */
public record NextPage(boolean hasMore, String cursor) {

    /** Whether another page can be asked for. */
    public boolean exists() {
        return hasMore;
    }
}
