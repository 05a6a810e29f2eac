package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.Times;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.IntFunction;

/**
 * The list of expiries, where each job stands once, at its last expiry; between them, ids of jobs that were never in
 * the feed. Not safe for threads by itself.
 */
final class ExpiredJobs {

    private static final int UNKNOWN = 32;

    private final long seed;
    private final IntFunction<UUID> idOf;

    /** In each period since 1970, one unknown job expires; none at 0. */
    private final long period;

    private final NavigableMap<Long, Integer> expiries = new TreeMap<>();
    private final Map<Integer, Long> expiredAt = new HashMap<>();

    ExpiredJobs(long seed, int unknownPerWeek, IntFunction<UUID> idOf) {
        this.seed = seed;
        this.idOf = idOf;
        period = unknownPerWeek == 0 ? 0 : 7 * Times.DAY / unknownPerWeek;
    }

    boolean isTaken(long time) {
        return expiries.containsKey(time);
    }

    void add(int number, long time) {
        Long before = expiredAt.put(number, time);
        if (before != null) {
            expiries.remove(before);
        }
        expiries.put(time, number);
    }

    Page<UUID> page(Page.Position after, int batchSize, long now) {
        List<UUID> ids = new ArrayList<>();
        Page.Position last = null;
        Iterator<Map.Entry<Long, Integer>> known =
                expiries.tailMap(after.order(), true).entrySet().iterator();
        Page.Position nextKnown = nextKnown(known, after);
        Page.Position nextUnknown = nextUnknown(after.order(), now, after);
        while (nextKnown != null || nextUnknown != null) {
            if (ids.size() == batchSize) {
                return new Page<>(ids, true, last, -1);
            }
            if (nextUnknown == null || nextKnown != null && isAfter(nextUnknown, nextKnown)) {
                last = nextKnown;
                nextKnown = nextKnown(known, after);
            } else {
                last = nextUnknown;
                nextUnknown = nextUnknown(last.order() + period, now, after);
            }
            ids.add(last.id());
        }
        return new Page<>(ids, false, last, -1);
    }

    private Page.Position nextKnown(Iterator<Map.Entry<Long, Integer>> known, Page.Position after) {
        while (known.hasNext()) {
            Map.Entry<Long, Integer> entry = known.next();
            Page.Position position = new Page.Position(entry.getKey(), idOf.apply(entry.getValue()));
            if (isAfter(position, after)) {
                return position;
            }
        }
        return null;
    }

    /** Returns the first unknown job that expires in the period of a time or later; null when that is in the future. */
    private Page.Position nextUnknown(long from, long now, Page.Position after) {
        if (period == 0) {
            return null;
        }
        for (long n = Math.max(0, from / period); n * period <= now; n++) {
            long time = n * period + new SeededRandom(seed, UNKNOWN, n).belowLong(period);
            Page.Position position = new Page.Position(time, Ids.of(seed, Ids.UNKNOWN_JOB, (int) n));
            if (isAfter(position, after)) {
                return time <= now ? position : null;
            }
        }
        return null;
    }

    private static boolean isAfter(Page.Position position, Page.Position after) {
        return position.order() > after.order()
                || position.order() == after.order()
                        && after.id() != null
                        && position.id().compareTo(after.id()) > 0;
    }
}
