package dev.jobfeed.route;

import java.util.ArrayList;
import java.util.List;

/** Partitions a list for a split: bean {@code jobfeedChunks}. */
public final class Chunks {

    /** Returns the list in chunks of at most {@code size} elements. */
    public List<List<?>> of(List<?> list, int size) {
        List<List<?>> chunks = new ArrayList<>();
        for (int from = 0; from < list.size(); from += size) {
            chunks.add(list.subList(from, Math.min(from + size, list.size())));
        }
        return chunks;
    }
}
