package dev.jobfeed.bench.contender;

/**
 * The hand-written loop as its author would shorten it: no hash of a row is computed or compared, and a row is taken for
 * changed if its updated_at is newer than the stored one.
 */
public final class LeanLoop {

    private LeanLoop() {}

    /** Reads the feed at {@code args[0]} with the key {@code args[1]} into the database {@code args[2]}. */
    public static void main(String[] args) throws Exception {
        HandWrittenLoop.run(args, false);
    }
}
