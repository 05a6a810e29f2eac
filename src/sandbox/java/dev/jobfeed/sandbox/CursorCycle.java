package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.http.Interceptor;
import java.util.ArrayList;
import java.util.List;

/** Leads a scan in a circle. The circle is made of the first cursors that it sees. Safe for threads. */
final class CursorCycle {

    private final int length;
    private final boolean isFresh;
    private final List<String> cycle = new ArrayList<>();
    private long number;

    /**
     * Starts without a cursor.
     *
     * @param length cursors in the circle
     * @param isFresh whether the cursors of each round look like new ones
     */
    CursorCycle(int length, boolean isFresh) {
        this.length = length;
        this.isFresh = isFresh;
    }

    /** Changes a page that answers a request with this cursor; null for none. */
    synchronized Interceptor.Verdict on(String sent) {
        if (cycle.size() < length) {
            return PageChange.of(this::collect);
        }
        String next = cycle.get((cycle.indexOf(sent == null ? null : Cursor.original(sent)) + 1) % length);
        String cursor = isFresh ? Cursor.again(next, ++number) : next;
        return PageChange.promisingMore(page -> page.put("next_cursor", cursor));
    }

    private synchronized void collect(ObjectNode page) {
        String next = page.path("next_cursor").textValue();
        if (next != null && cycle.size() < length && !cycle.contains(next)) {
            cycle.add(next);
        }
    }
}
