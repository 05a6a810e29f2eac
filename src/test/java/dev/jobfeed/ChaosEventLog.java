package dev.jobfeed;

import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Records the events of a round in order; thread-safe. */
final class ChaosEventLog {

    private record Entry(Instant time, String text) {}

    private final List<Entry> entries = new ArrayList<>();

    synchronized void add(String text) {
        entries.add(new Entry(Instant.now(), text));
    }

    /** Returns all events, including the requests and responses of the sandbox. */
    String report(Sandbox sandbox) {
        return report(sandbox, Integer.MAX_VALUE);
    }

    /** Returns the last lines of the events. */
    synchronized String report(Sandbox sandbox, int most) {
        Stream<Entry> requests = sandbox.log().entries().stream().map(ChaosEventLog::entry);
        List<String> lines = Stream.concat(entries.stream(), requests)
                .sorted(Comparator.comparing(Entry::time))
                .map(entry -> entry.time() + "  " + entry.text())
                .toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - most), lines.size()));
    }

    private static Entry entry(LoggedRequest request) {
        return new Entry(
                request.time(),
                "request " + request.sequence() + " " + request.path()
                        + (request.query() + request.body()).replaceFirst(".*?(cursor.{24}).*|.*", " $1") + " -> "
                        + request.status() + ", " + request.rows() + " rows"
                        + (request.fault() == null ? "" : ", fault " + request.fault()));
    }
}
