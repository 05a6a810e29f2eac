package dev.jobfeed.schedule;

import dev.jobfeed.persistence.SqlClient;
import java.time.OffsetDateTime;

/** Stores the claims of schedules. */
final class ScheduleRepository {

    private final SqlClient sql;

    ScheduleRepository(SqlClient sql) {
        this.sql = sql;
    }

    /** Returns the time of the last claim of a schedule; a time long ago before the first one. */
    OffsetDateTime lastClaim(String schedule) {
        return sql.statement("schedule-claim-last")
                .param("schedule", schedule)
                .query(OffsetDateTime.class)
                .single();
    }

    /**
     * Claims a firing of a schedule, unless another claim was recorded since it was read, or an attempt on the stream
     * is in progress.
     *
     * @param before the result of {@link #lastClaim}
     * @param latest the latest time that a correct clock can show; a recorded claim after it is ignored
     */
    boolean claimAfter(
            String schedule, String stream, OffsetDateTime before, OffsetDateTime at, OffsetDateTime latest) {
        return sql.statement("schedule-claim-replace")
                        .param("schedule", schedule)
                        .param("stream", stream)
                        .param("before", before)
                        .param("at", at)
                        .param("latest", latest)
                        .update()
                == 1;
    }
}
