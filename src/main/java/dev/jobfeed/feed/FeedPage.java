package dev.jobfeed.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A page of a feed.
 *
 * @param rows the rows that can be stored, each id once
 * @param unparsed the rows that are parsed only if they are not stored as delivered; their ids are not in {@code rows}
 * @param rejected the rows that cannot be stored
 * @param duplicates the number of rows dropped because the page has a newer one with the same id
 * @param next the continuation of the feed
 * @param estimatedTotal the expected number of rows of the whole scan; only on a first page, and not on every one
 */
public record FeedPage(
        List<FeedRecord> rows,
        List<UnparsedRecord> unparsed,
        List<InvalidRecord> rejected,
        int duplicates,
        Continuation next,
        OptionalLong estimatedTotal)
        implements FeedResponse.Page {

    /** Returns the number of rows delivered. */
    public int received() {
        return rows.size() + unparsed.size() + rejected.size() + duplicates;
    }

    /** Returns whether the page has rows, and none of them can be stored. */
    public boolean isUnusable() {
        return rows.isEmpty() && unparsed.isEmpty() && !rejected.isEmpty();
    }

    /** Returns the ids of the rows that can be stored, parsed or not. */
    public List<UUID> ids() {
        return Stream.concat(
                        rows.stream().map(FeedRecord::id), unparsed.stream().map(UnparsedRecord::id))
                .toList();
    }

    /**
     * Returns this page with some rows moved to {@link #rejected()}.
     *
     * @param reasons the reasons, by row id
     */
    public FeedPage without(Map<UUID, String> reasons) {
        if (reasons.isEmpty()) {
            return this;
        }
        List<FeedRecord> remaining = new ArrayList<>();
        List<InvalidRecord> all = new ArrayList<>(rejected);
        for (FeedRecord row : rows) {
            String reason = reasons.get(row.id());
            if (reason == null) {
                remaining.add(row);
            } else {
                all.add(new InvalidRecord(row.id(), reason, row.json()));
            }
        }
        return new FeedPage(remaining, unparsed, all, duplicates, next, estimatedTotal);
    }

    /** Returns this page with some rows whose stored hash stays as it is, if their content is unchanged. */
    public FeedPage withoutRawHashes(Set<UUID> ids) {
        List<FeedRecord> all = rows.stream()
                .map(row -> ids.contains(row.id()) ? row.withoutRawHash() : row)
                .toList();
        return new FeedPage(all, unparsed, rejected, duplicates, next, estimatedTotal);
    }
}
