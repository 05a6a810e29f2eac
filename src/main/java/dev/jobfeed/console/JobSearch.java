package dev.jobfeed.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.feed.RecordParser;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlCatalog;
import dev.jobfeed.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** Finds stored jobs page by page, newest first. */
final class JobSearch {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * SQLSTATE of a cancelled statement, here because of its time limit (PostgreSQL, "Error Codes"; H2 uses the same).
     */
    private static final String CANCELLED = "57014";

    private static final Duration TIME_LIMIT = Duration.ofSeconds(5);

    private static final Cursor START = new Cursor(
            OffsetDateTime.parse("9999-12-31T00:00:00Z"), UUID.fromString("ffffffff-ffff-ffff-ffff-ffffffffffff"));

    private static final Set<String> JSON_COLUMNS =
            Set.of("company", "locations", "compensation", "qualifications", "responsibilities", "benefits", "extra");

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    JobSearch(Tenant tenant) {
        JdbcTemplate limited = new JdbcTemplate(tenant.dataSource());
        limited.setQueryTimeout((int) TIME_LIMIT.toSeconds());
        this.jdbc = new NamedParameterJdbcTemplate(limited);
        this.database = tenant.database();
    }

    /**
     * Search criteria; every component but the last two may be null for no restriction.
     *
     * @param text part of the title or of the company's name
     * @param company id, or part of the name
     * @param workplace remote, hybrid or onsite
     * @param state active, expired or all
     * @param cursor end of the previous page; null for the first page
     */
    record Query(
            String text, String company, String source, String workplace, String state, String cursor, int limit) {}

    /**
     * Finds a page of jobs.
     *
     * @throws HttpProblemException if the query is invalid or takes too long
     */
    ObjectNode find(Query query) {
        Cursor from = query.cursor() == null ? START : Cursor.read(query.cursor());
        Map<String, Object> criteria = criteria(query);
        criteria.put("before", from.firstSeenAt());
        criteria.put("before_id", from.id());
        criteria.put("limit", query.limit() + 1);
        ObjectNode found = JSON.createObjectNode();
        ArrayNode jobs = found.putArray("jobs");
        try {
            Cursor[] last = new Cursor[1];
            jdbc.query(
                    SqlCatalog.only(criteria::containsKey, SqlCatalog.text("job-search", database)), criteria, row -> {
                        if (jobs.size() < query.limit()) {
                            jobs.add(json(row));
                            last[0] = new Cursor(
                                    row.getObject("first_seen_at", OffsetDateTime.class),
                                    row.getObject("id", UUID.class));
                        } else {
                            found.put("next_cursor", last[0].text());
                        }
                    });
        } catch (DataAccessException e) {
            if (e.getMostSpecificCause() instanceof SQLException cause && CANCELLED.equals(cause.getSQLState())) {
                throw new HttpProblemException(
                        503,
                        "The search took longer than " + TIME_LIMIT.toSeconds()
                                + " s, which reads the jobs from the newest on until it has a page. Narrow it by a source or a"
                                + " company's id; docs/console.md has an index for words.");
            }
            throw e;
        }
        if (!found.has("next_cursor")) {
            found.putNull("next_cursor");
        }
        return found;
    }

    private static Map<String, Object> criteria(Query query) {
        Map<String, Object> criteria = new HashMap<>();
        if (query.text() != null) {
            criteria.put("text", like(query.text()));
        }
        if (query.company() != null) {
            RecordParser.uuid(query.company())
                    .ifPresentOrElse(
                            id -> criteria.put("company_id", id.toString()),
                            () -> criteria.put("company", like(query.company())));
        }
        if (query.source() != null) {
            criteria.put("source", query.source());
        }
        if (query.workplace() != null) {
            criteria.put("workplace", query.workplace().toLowerCase(Locale.ROOT).replace("-", ""));
        }
        switch (query.state() == null ? "all" : query.state()) {
            case "all" -> {}
            case "active" -> criteria.put("is_active", true);
            case "expired" -> criteria.put("is_expired", true);
            default ->
                throw new HttpProblemException(
                        400, "state is '" + query.state() + "'; it takes active, expired or all.");
        }
        return criteria;
    }

    /** Returns one job with all stored columns. */
    Optional<ObjectNode> read(UUID id) {
        List<ObjectNode> rows =
                jdbc.query(SqlCatalog.text("job-read", database), Map.of("id", id), (row, i) -> json(row));
        return rows.stream().findFirst();
    }

    private static String like(String text) {
        return "%" + text.toLowerCase(Locale.ROOT).replaceAll("[\\\\%_]", "\\\\$0") + "%";
    }

    private static ObjectNode json(ResultSet row) throws SQLException {
        ObjectNode json = JSON.createObjectNode();
        ResultSetMetaData columns = row.getMetaData();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            String name = columns.getColumnLabel(i).toLowerCase(Locale.ROOT);
            if (JSON_COLUMNS.contains(name)) {
                json.set(name, tree(row.getString(i)));
            } else if (name.startsWith("is_")) {
                json.put(name, row.getObject(i, Boolean.class));
            } else if (name.endsWith("_at") || name.equals("date_posted") || name.equals("valid_through")) {
                json.put(name, RunJson.text(row.getObject(i, OffsetDateTime.class)));
            } else {
                json.put(name, row.getString(i));
            }
        }
        return json;
    }

    private static com.fasterxml.jackson.databind.JsonNode tree(String text) {
        try {
            return text == null ? JSON.nullNode() : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON column of job holds no JSON", e);
        }
    }

    /** Position of the last row of a page. */
    private record Cursor(OffsetDateTime firstSeenAt, UUID id) {

        String text() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString((firstSeenAt + " " + id).getBytes(StandardCharsets.UTF_8));
        }

        static Cursor read(String text) {
            try {
                String[] parts = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(" ");
                return new Cursor(OffsetDateTime.parse(parts[0]), UUID.fromString(parts[1]));
            } catch (IllegalArgumentException | DateTimeParseException | ArrayIndexOutOfBoundsException e) {
                throw new HttpProblemException(400, "cursor is none that a page before gave.");
            }
        }
    }
}
