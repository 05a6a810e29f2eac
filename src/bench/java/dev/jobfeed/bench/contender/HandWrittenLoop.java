package dev.jobfeed.bench.contender;

import java.sql.Connection;
import java.sql.DriverManager;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Syncs as one would without a framework: fetches and parses page N+1 while page N is written, and commits each page
 * together with its cursor. Resumes an interrupted scan.
 */
public final class HandWrittenLoop {

    private HandWrittenLoop() {}

    /** Reads the feed at {@code args[0]} with the key {@code args[1]} into the database {@code args[2]}. */
    public static void main(String[] args) throws Exception {
        run(args, true);
    }

    /**
     * Reads the feed as {@link #main} does.
     *
     * @param hashes whether rows are compared by a hash of their content instead of updated_at
     */
    static void run(String[] args, boolean hashes) throws Exception {
        PageClient client = new PageClient(args[0], args[1], hashes);
        PostingTable table = new PostingTable(args[2].startsWith("jdbc:postgresql:"), hashes);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (Connection connection = DriverManager.getConnection(args[2])) {
            connection.setAutoCommit(false);
            Checkpoint.create(connection);
            String cursor = Checkpoint.begin(connection);
            connection.commit();
            Future<Page> nextPage = executor.submit(() -> client.fetch(cursor));
            while (nextPage != null) {
                Page page = nextPage.get();
                nextPage = page.next() == null ? null : executor.submit(() -> client.fetch(page.next()));
                table.write(connection, page.postings());
                Checkpoint.save(connection, page);
                connection.commit();
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
