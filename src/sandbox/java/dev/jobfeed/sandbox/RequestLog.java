package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.ReceivedRequest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The latest requests to a sandbox; a request is in it before its answer leaves. */
public final class RequestLog {

    private static final int MOST = 10_000;

    private final Deque<LoggedRequest> entries = new ArrayDeque<>();
    private long sequence;

    RequestLog() {}

    /** Returns the requests so far, oldest first. */
    public synchronized List<LoggedRequest> entries() {
        return List.copyOf(entries);
    }

    /** Returns the requests to one path so far, oldest first. */
    public synchronized List<LoggedRequest> entries(String path) {
        return entries.stream().filter(entry -> entry.path().equals(path)).toList();
    }

    /** Removes the requests so far; the sequence continues. */
    public synchronized void clear() {
        entries.clear();
    }

    synchronized void add(ReceivedRequest request, int status, int rows, long bytes, String fault) {
        entries.addLast(new LoggedRequest(
                ++sequence,
                request.time(),
                request.nanos(),
                request.method(),
                request.path(),
                request.query(),
                request.body(),
                status,
                rows,
                bytes,
                fault));
        if (entries.size() > MOST) {
            entries.removeFirst();
        }
    }
}
