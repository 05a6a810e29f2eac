package dev.jobfeed;

import java.util.ArrayList;
import java.util.List;

/** Cuts a list into pieces for a split: bean {@code jobfeedChunks}. */
public final class Chunks {

    /** The list in pieces of at most {@code size}. */
    public List<List<?>> of(List<?> list, int size) {
        List<List<?>> chunks = new ArrayList<>();
        for (int from = 0; from < list.size(); from += size) {
            chunks.add(list.subList(from, Math.min(from + size, list.size())));
        }
        return chunks;
    }
}
