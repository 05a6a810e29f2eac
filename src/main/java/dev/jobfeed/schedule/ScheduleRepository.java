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

/** Stores which firings of the schedules are claimed. */
final class ScheduleRepository {

    private static final Logger LOG = LoggerFactory.getLogger(ScheduleRepository.class);

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    ScheduleRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /**
     * Notes a firing of a schedule.
     *
     * @param latest the time after which no firing can have been; a later one that is noted does not count
     * @return false when it, or a later one, is noted already
     */
    boolean claim(String schedule, OffsetDateTime at, OffsetDateTime latest) {
        addSchedule(schedule);
        return jdbc.update(sql("schedule-claim-advance"), Map.of("schedule", schedule, "at", at, "latest", latest))
                == 1;
    }

    /** When a schedule fired last; long ago when it never did. */
    OffsetDateTime lastClaim(String schedule) {
        addSchedule(schedule);
        return jdbc.queryForObject(sql("schedule-claim-last"), Map.of("schedule", schedule), OffsetDateTime.class);
    }

    /**
     * Notes a firing of a schedule, unless another was noted since a look at it, or somebody is at work on the stream.
     *
     * @param before what {@link #lastClaim} said
     * @param latest the time after which no firing can have been; a later one that is noted does not count
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
