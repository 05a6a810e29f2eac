package dev.jobfeed.bench.contender;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Stores the checkpoint of the loop in its own table, in the transaction of each page. */
final class Checkpoint {

    private Checkpoint() {}

    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table if not exists loop_checkpoint (id integer primary key, next_cursor varchar,"
                    + " received bigint not null, finished_at timestamp(6) with time zone)");
        }
    }

    /** Returns the cursor of an interrupted scan; null when a new one starts. */
    static String begin(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            try (ResultSet found =
                    statement.executeQuery("select next_cursor from loop_checkpoint where finished_at is null")) {
                if (found.next()) {
                    return found.getString(1);
                }
            }
            statement.executeUpdate("delete from loop_checkpoint");
            statement.executeUpdate("insert into loop_checkpoint (id, received) values (1, 0)");
            return null;
        }
    }

    static void save(Connection connection, Page page) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "update loop_checkpoint set next_cursor = ?, received = received + ?, finished_at = ?")) {
            statement.setString(1, page.next());
            statement.setInt(2, page.postings().size());
            statement.setObject(3, page.next() == null ? OffsetDateTime.now(ZoneOffset.UTC) : null);
            statement.executeUpdate();
        }
    }
}
