package dev.jobfeed.bench.contender;

/**
 * Runs the hand-written loop in a shorter form: without a hash, a row has changed if its updated_at is newer than the
 * stored one.
 */
public final class LeanLoop {

    private LeanLoop() {}

    /** Reads the feed at {@code args[0]} with the key {@code args[1]} into the database {@code args[2]}. */
    public static void main(String[] args) throws Exception {
        HandWrittenLoop.run(args, false);
    }
}
