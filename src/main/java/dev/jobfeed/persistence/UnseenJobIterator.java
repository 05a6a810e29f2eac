package dev.jobfeed.persistence;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * Finds active jobs that a resync did not receive, in the fastest way for H2: reads one range of ids at a time, in
 * order, and removes those received. One statement over all ids would take five times as long.
 */
final class UnseenJobIterator implements Iterator<List<UUID>> {

    /** Ids per range; H2's arrays have at most 65,536 elements. */
    private static final int RANGE = 50_000;

    private final SqlClient sql;
    private final long runId;

    /** First id of the next range; null after the last one. */
    private UUID from;

    private UnseenJobIterator(SqlClient sql, long runId, UUID from) {
        this.sql = sql;
        this.runId = runId;
        this.from = from;
    }

    /** Returns the ids from one on, in order; a range is read when its first id is requested. */
    static Stream<UUID> ids(SqlClient sql, long runId, UUID from) {
        Iterable<List<UUID>> ranges = () -> new UnseenJobIterator(sql, runId, from);
        return StreamSupport.stream(ranges.spliterator(), false).flatMap(List::stream);
    }

    @Override
    public boolean hasNext() {
        return from != null;
    }

    /** Returns the unseen ids of the next range; may be empty. */
    @Override
    public List<UUID> next() {
        if (from == null) {
            throw new NoSuchElementException();
        }
        List<UUID> range = sql.statement("reconcile-ids")
                .param("from", from)
                .param("limit", RANGE + 1)
                .query(UUID.class)
                .list();
        from = range.size() > RANGE ? range.remove(RANGE) : null;
        Set<UUID> unseen = new HashSet<>(range);
        Long page = 0L;
        while (page != null) {
            List<Long> pages = sql.statement("reconcile-received")
                    .param("run_id", runId)
                    .param("page", page)
                    .query((row, i) -> removeReceived(row, unseen))
                    .list();
            page = pages.isEmpty() ? null : pages.get(pages.size() - 1);
        }
        return unseen.isEmpty()
                ? List.of()
                : sql.statement("reconcile-active")
                        .param("ids", new SqlArrayValue("uuid", unseen.toArray()))
                        .query(UUID.class)
                        .list();
    }

    /** Removes the ids of a page and returns its number. */
    private static long removeReceived(ResultSet page, Set<UUID> unseen) throws SQLException {
        for (Object id : (Object[]) page.getArray(2).getArray()) {
            unseen.remove(id);
        }
        return page.getLong(1);
    }
}
