package dev.jobfeed.console;

import dev.jobfeed.sync.MdcContext;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/**
 * Keeps the last log lines of the attempts of this process in memory: bean {@code jobfeedRunLog}. Empty unless the
 * logging of the runtime adds lines.
 */
public final class RunLog {

    private static final int MAX_LINES = 2_000;
    private static final int MAX_CHARS = 1_000;

    /** One line, as the console's API returns it. */
    public record Line(String at, String level, String message) {}

    private record Entry(MdcContext.Attempt attempt, Line line) {}

    private final Deque<Entry> entries = new ArrayDeque<>();

    /**
     * Adds a line if it belongs to a run. Any other may show a secret, such as the first access token.
     *
     * @param mdc the MDC of the line
     */
    public void add(Map<String, String> mdc, Instant at, String level, String message) {
        MdcContext.attempt(mdc).ifPresent(attempt -> {
            String shortened = message.length() > MAX_CHARS ? message.substring(0, MAX_CHARS) + "..." : message;
            Entry entry = new Entry(attempt, new Line(at.toString(), level, shortened));
            synchronized (entries) {
                entries.addLast(entry);
                if (entries.size() > MAX_LINES) {
                    entries.removeFirst();
                }
            }
        });
    }

    /** Returns the lines of a run, oldest first. */
    public List<Line> lines(String tenant, long run) {
        MdcContext.Attempt attempt = new MdcContext.Attempt(tenant, run);
        synchronized (entries) {
            return entries.stream()
                    .filter(entry -> entry.attempt().equals(attempt))
                    .map(Entry::line)
                    .toList();
        }
    }
}
