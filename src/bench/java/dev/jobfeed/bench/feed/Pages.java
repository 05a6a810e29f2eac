package dev.jobfeed.bench.feed;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/** Holds all pages of a feed as compressed response bodies. */
final class Pages {

    /** Holds the rows of a page, the documented maximum of the API. */
    static final int SIZE = 1000;

    private static final String CURSOR = "page-";

    private final List<byte[]> bodies;

    private Pages(List<byte[]> bodies) {
        this.bodies = bodies;
    }

    static Pages render(Rows rows, int revision) {
        int pages = (rows.count() + SIZE - 1) / SIZE;
        return new Pages(IntStream.range(0, pages)
                .parallel()
                .mapToObj(page -> body(rows, revision, page, pages))
                .toList());
    }

    private static byte[] body(Rows rows, int revision, int page, int pages) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(3 << 20);
        try (Writer out = new OutputStreamWriter(new GZIPOutputStream(bytes, 65_536), StandardCharsets.UTF_8)) {
            out.write("{\"jobs\":");
            char separator = '[';
            for (int i = page * SIZE; i < Math.min(rows.count(), (page + 1) * SIZE); i++) {
                out.write(separator);
                out.write(rows.json(i, revision));
                separator = ',';
            }
            boolean more = page + 1 < pages;
            out.write("],\"next_cursor\":" + (more ? "\"" + cursor(page + 1) + "\"" : "null"));
            out.write(",\"has_more\":" + more);
            out.write(page == 0 ? ",\"estimated_total\":" + rows.count() + "}" : "}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    int count() {
        return bodies.size();
    }

    /** Returns the compressed body of a page. */
    byte[] body(int page) {
        return bodies.get(page);
    }

    /** Returns the compressed body of a feed with one page. */
    static byte[] singlePage(Rows rows, int revision) {
        return body(rows, revision, 0, 1);
    }

    static String cursor(int page) {
        return CURSOR + page;
    }

    /** Returns the page of a cursor; a page that does not exist for an unknown cursor. */
    static int number(String cursor) {
        return cursor.startsWith(CURSOR) ? Integer.parseInt(cursor.substring(CURSOR.length())) : Integer.MAX_VALUE;
    }
}
