package dev.jobfeed.bench.contender;

import java.io.IOException;
import java.util.List;
import org.springframework.batch.item.ExecutionContext;
import org.springframework.batch.item.ItemStreamReader;

/**
 * Reads the feed page by page for a step of Spring Batch. Saves the cursor and the row in its page with each chunk, so
 * that a restarted job continues there.
 */
final class CursorReader implements ItemStreamReader<Posting> {

    private static final String CURSOR = "feed.cursor";
    private static final String ROW = "feed.row";

    private final PageClient client;
    private String cursor;
    private int row;
    private Page page;

    CursorReader(PageClient client) {
        this.client = client;
    }

    @Override
    public void open(ExecutionContext context) {
        cursor = context.getString(CURSOR, null);
        row = context.getInt(ROW, 0);
        page = null;
    }

    @Override
    public Posting read() throws IOException, InterruptedException {
        if (page == null) {
            page = client.fetch(cursor);
        }
        while (row == page.postings().size() && page.next() != null) {
            cursor = page.next();
            row = 0;
            page = client.fetch(cursor);
        }
        List<Posting> postings = page.postings();
        return row < postings.size() ? postings.get(row++) : null;
    }

    @Override
    public void update(ExecutionContext context) {
        if (cursor != null) {
            context.putString(CURSOR, cursor);
        }
        context.putInt(ROW, row);
    }
}
