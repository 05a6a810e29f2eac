package dev.jobfeed.sandbox.jobby;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/** The failures that somebody asked for, in the order in which they come. */
final class PlannedFailures {

    private final Map<JobbyEndpoint, Deque<ErrorCode>> planned = new EnumMap<>(JobbyEndpoint.class);

    synchronized void add(JobbyEndpoint endpoint, ErrorCode code, int times) {
        Deque<ErrorCode> codes = planned.computeIfAbsent(endpoint, key -> new ArrayDeque<>());
        for (int i = 0; i < times; i++) {
            codes.add(code);
        }
    }

    /** The failure that is due, or null. */
    synchronized ErrorCode next(JobbyEndpoint endpoint) {
        Deque<ErrorCode> codes = planned.get(endpoint);
        return codes == null ? null : codes.poll();
    }
}
