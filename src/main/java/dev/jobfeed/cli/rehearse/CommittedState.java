package dev.jobfeed.cli.rehearse;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * What is committed of a run, which is what a kill at this moment would leave.
 *
 * @param cursor the cursor of the checkpoint; empty before the first page
 */
record CommittedState(
        long jobs,
        long events,
        long quarantined,
        long deliveries,
        long pages,
        long received,
        long inserted,
        String cursor) {

    static final CommittedState NOTHING = new CommittedState(0, 0, 0, 0, 0, 0, 0, "");

    /** Reads the state by a connection that is in no transaction of the attempt. */
    static CommittedState read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select (select count(*) from job),"
                        + " (select count(*) from job_change), (select count(*) from quarantine),"
                        + " (select count(*) from delivered_page), pages, received, inserted, coalesce(next_cursor, '')"
                        + " from sync_run order by id desc limit 1")) {
            return row.next()
                    ? new CommittedState(
                            row.getLong(1),
                            row.getLong(2),
                            row.getLong(3),
                            row.getLong(4),
                            row.getLong(5),
                            row.getLong(6),
                            row.getLong(7),
                            row.getString(8))
                    : NOTHING;
        }
    }

    /** Reads what {@link #line} wrote. */
    static CommittedState parse(List<String> fields) {
        return new CommittedState(
                Long.parseLong(fields.get(0)),
                Long.parseLong(fields.get(1)),
                Long.parseLong(fields.get(2)),
                Long.parseLong(fields.get(3)),
                Long.parseLong(fields.get(4)),
                Long.parseLong(fields.get(5)),
                Long.parseLong(fields.get(6)),
                fields.size() > 7 ? fields.get(7) : "");
    }

    String line() {
        return String.join(
                " ",
                Long.toString(jobs),
                Long.toString(events),
                Long.toString(quarantined),
                Long.toString(deliveries),
                Long.toString(pages),
                Long.toString(received),
                Long.toString(inserted),
                cursor);
    }

    /** Returns whether it consists of whole pages, each with an invalid row. */
    boolean isWhole() {
        return jobs == pages * Stages.PAGE
                && events == jobs
                && quarantined == pages
                && deliveries == pages
                && inserted == jobs
                && received == inserted + quarantined;
    }

    String text() {
        return "jobs " + jobs + ", events " + events + ", rows in quarantine " + quarantined + ", deliveries "
                + deliveries + "; by the checkpoint, pages " + pages + ", received " + received + ", inserted "
                + inserted;
    }
}
