package dev.jobfeed.bench;

import dev.jobfeed.feed.FieldDefinition;
import dev.jobfeed.feed.RecordSchema;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.stream.Collectors;

/** What the feed has left in the table job, so that contenders which did not do the same work are found out. */
final class Contents {

    private static final int FETCH = 500;

    private Contents() {}

    /** A digest of all that was delivered; hashes and times of a contender's own are no part of it. */
    static String digest(String url) throws SQLException {
        String columns =
                RecordSchema.JOB.fields().stream().map(FieldDefinition::name).collect(Collectors.joining(", "));
        MessageDigest digest = sha256();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            // PostgreSQL's driver would otherwise hold the whole table
            connection.setAutoCommit(false);
            statement.setFetchSize(FETCH);
            try (ResultSet rows = statement.executeQuery(
                    "select id, " + columns + ", extra, company_id, company_name from active_job order by id")) {
                int count = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    for (int i = 1; i <= count; i++) {
                        digest.update((rows.getString(i) + "\n").getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
