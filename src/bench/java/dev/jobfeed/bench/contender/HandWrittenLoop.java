package dev.jobfeed.bench.contender;

import java.sql.Connection;
import java.sql.DriverManager;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What one would write without a framework: page N+1 is fetched and parsed while page N is written, and each page is one
 * transaction together with its cursor. Takes up a scan that was broken off.
 */
public final class HandWrittenLoop {

    private HandWrittenLoop() {}

    /** Reads the feed at {@code args[0]} with the key {@code args[1]} into the database {@code args[2]}. */
    public static void main(String[] args) throws Exception {
        run(args, true);
    }

    /**
     * Does the same.
     *
     * @param hashes whether a row is compared by a hash of its content, or else by updated_at only
     */
    static void run(String[] args, boolean hashes) throws Exception {
        PageClient client = new PageClient(args[0], args[1], hashes);
        PostingTable table = new PostingTable(args[2].startsWith("jdbc:postgresql:"), hashes);
        ExecutorService fetching = Executors.newSingleThreadExecutor();
        try (Connection connection = DriverManager.getConnection(args[2])) {
            connection.setAutoCommit(false);
            Checkpoint.create(connection);
            String cursor = Checkpoint.begin(connection);
            connection.commit();
            Future<Page> ahead = fetching.submit(() -> client.fetch(cursor));
            while (ahead != null) {
                Page page = ahead.get();
                ahead = page.next() == null ? null : fetching.submit(() -> client.fetch(page.next()));
                table.write(connection, page.postings());
                Checkpoint.save(connection, page);
                connection.commit();
            }
        } finally {
            fetching.shutdownNow();
        }
    }
}
