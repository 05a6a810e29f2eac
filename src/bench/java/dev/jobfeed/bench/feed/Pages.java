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

/** All pages of a feed as the bytes that go over the wire, rendered and compressed once. */
final class Pages {

    /** Rows of a page; the most the API delivers at once. */
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

    /** The compressed body of a page. */
    byte[] body(int page) {
        return bodies.get(page);
    }

    /** The compressed body of a feed that has one page. */
    static byte[] only(Rows rows, int revision) {
        return body(rows, revision, 0, 1);
    }

    static String cursor(int page) {
        return CURSOR + page;
    }

    /** The page that a cursor asks for; a page that nobody has where the cursor is none of ours. */
    static int number(String cursor) {
        return cursor.startsWith(CURSOR) ? Integer.parseInt(cursor.substring(CURSOR.length())) : Integer.MAX_VALUE;
    }
}
