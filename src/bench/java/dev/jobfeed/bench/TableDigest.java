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

/** Computes a digest of the table job, to detect contenders that did not do the same work. */
final class TableDigest {

    private static final int FETCH = 500;

    private TableDigest() {}

    /** Computes a digest of the delivered columns; hashes and timestamps that a contender adds are excluded. */
    static String digest(String url) throws SQLException {
        String columns =
                RecordSchema.JOB.fields().stream().map(FieldDefinition::name).collect(Collectors.joining(", "));
        MessageDigest digest = sha256();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            // without this, PostgreSQL's driver would load the whole table
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
