package dev.jobfeed.schedule;

import dev.jobfeed.persistence.SqlClient;
import java.time.OffsetDateTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;

/** Stores the claims of schedules. */
final class ScheduleRepository {

    private static final Logger LOG = LoggerFactory.getLogger(ScheduleRepository.class);

    private final SqlClient sql;

    ScheduleRepository(SqlClient sql) {
        this.sql = sql;
    }

    /**
     * Claims a firing of a schedule.
     *
     * @param latest the latest time that a correct clock can show; a recorded claim after it is ignored
     * @return false when this firing, or a later one, is already claimed
     */
    boolean claim(String schedule, OffsetDateTime at, OffsetDateTime latest) {
        addSchedule(schedule);
        return sql.statement("schedule-claim-advance")
                        .param("schedule", schedule)
                        .param("at", at)
                        .param("latest", latest)
                        .update()
                == 1;
    }

    /** Returns the time of the last claim of a schedule; a time long ago when there is none. */
    OffsetDateTime lastClaim(String schedule) {
        addSchedule(schedule);
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

    private void addSchedule(String schedule) {
        try {
            sql.statement("schedule-claim-create").param("schedule", schedule).update();
        } catch (DuplicateKeyException e) {
            LOG.debug("Another node has added the schedule {} just now", schedule, e);
        }
    }
}
