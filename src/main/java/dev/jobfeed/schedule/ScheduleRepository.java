package dev.jobfeed.schedule;

import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlCatalog;
import java.time.OffsetDateTime;
import java.util.Map;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** Stores the claims of schedules. */
final class ScheduleRepository {

    private static final Logger LOG = LoggerFactory.getLogger(ScheduleRepository.class);

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    ScheduleRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /**
     * Claims a firing of a schedule.
     *
     * @param latest the latest time that a correct clock can show; a recorded claim after it is ignored
     * @return false when this firing, or a later one, is already claimed
     */
    boolean claim(String schedule, OffsetDateTime at, OffsetDateTime latest) {
        addSchedule(schedule);
        return jdbc.update(sql("schedule-claim-advance"), Map.of("schedule", schedule, "at", at, "latest", latest))
                == 1;
    }

    /** Returns the time of the last claim of a schedule; a time long ago when there is none. */
    OffsetDateTime lastClaim(String schedule) {
        addSchedule(schedule);
        return jdbc.queryForObject(sql("schedule-claim-last"), Map.of("schedule", schedule), OffsetDateTime.class);
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
        return jdbc.update(
                        sql("schedule-claim-replace"),
                        Map.of("schedule", schedule, "stream", stream, "before", before, "at", at, "latest", latest))
                == 1;
    }

    private void addSchedule(String schedule) {
        try {
            jdbc.update(sql("schedule-claim-create"), Map.of("schedule", schedule));
        } catch (DuplicateKeyException e) {
            LOG.debug("Another node has added the schedule {} just now", schedule, e);
        }
    }

    private String sql(String name) {
        return SqlCatalog.text(name, database);
    }
}
