package dev.jobfeed.feed;

/**
 * How an answer says whether there is more.
 *
 * @param hasMore the answer's own word
 * @param cursor opaque; null or not null whatever {@code hasMore} says
 */
public record NextPage(boolean hasMore, String cursor) {

    /** Whether another page can be asked for. */
    public boolean exists() {
        return hasMore && cursor != null;
    }

    /** Whether the answer contradicts itself: more to come, and no cursor to ask for it with. */
    public boolean isCutShort() {
        return hasMore && cursor == null;
    }
}
