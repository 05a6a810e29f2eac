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

/** Finds stored jobs, newest first, a page at a time. */
final class JobSearch {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** PostgreSQL, "Error Codes", and H2: the statement was cancelled, here because of its time limit. */
    private static final String CANCELLED = "57014";

    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static final Cursor START = new Cursor(
            OffsetDateTime.parse("9999-12-31T00:00:00Z"), UUID.fromString("ffffffff-ffff-ffff-ffff-ffffffffffff"));

    private static final Set<String> JSON_COLUMNS =
            Set.of("company", "locations", "compensation", "qualifications", "responsibilities", "benefits", "extra");

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    JobSearch(Tenant tenant) {
        JdbcTemplate limited = new JdbcTemplate(tenant.dataSource());
        limited.setQueryTimeout((int) LIMIT.toSeconds());
        this.jdbc = new NamedParameterJdbcTemplate(limited);
        this.database = tenant.database();
    }

    /**
     * What to look for; every component but the last two may be null for anything.
     *
     * @param text in the title or the company's name
     * @param company an id, or a part of the name
     * @param workplace remote, hybrid or onsite
     * @param state active, expired or all
     * @param cursor where the page before ended; null for the first
     */
    record Query(
            String text, String company, String source, String workplace, String state, String cursor, int limit) {}

    /**
     * Finds them.
     *
     * @throws HttpProblemException when the query cannot be read, or takes too long
     */
    ObjectNode find(Query query) {
        Cursor from = query.cursor() == null ? START : Cursor.read(query.cursor());
        Map<String, Object> given = given(query);
        given.put("before", from.firstSeenAt());
        given.put("before_id", from.id());
        given.put("limit", query.limit() + 1);
        ObjectNode found = JSON.createObjectNode();
        ArrayNode jobs = found.putArray("jobs");
        try {
            Cursor[] last = new Cursor[1];
            jdbc.query(SqlCatalog.only(given::containsKey, SqlCatalog.text("job-search", database)), given, row -> {
                if (jobs.size() < query.limit()) {
                    jobs.add(json(row));
                    last[0] = new Cursor(
                            row.getObject("first_seen_at", OffsetDateTime.class), row.getObject("id", UUID.class));
                } else {
                    found.put("next_cursor", last[0].text());
                }
            });
        } catch (DataAccessException e) {
            if (e.getMostSpecificCause() instanceof SQLException cause && CANCELLED.equals(cause.getSQLState())) {
                throw new HttpProblemException(
                        503,
                        "The search took longer than " + LIMIT.toSeconds()
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

    private static Map<String, Object> given(Query query) {
        Map<String, Object> given = new HashMap<>();
        if (query.text() != null) {
            given.put("text", like(query.text()));
        }
        if (query.company() != null) {
            RecordParser.uuid(query.company())
                    .ifPresentOrElse(
                            id -> given.put("company_id", id.toString()),
                            () -> given.put("company", like(query.company())));
        }
        if (query.source() != null) {
            given.put("source", query.source());
        }
        if (query.workplace() != null) {
            given.put("workplace", query.workplace().toLowerCase(Locale.ROOT).replace("-", ""));
        }
        switch (query.state() == null ? "all" : query.state()) {
            case "all" -> {}
            case "active" -> given.put("is_active", true);
            case "expired" -> given.put("is_expired", true);
            default ->
                throw new HttpProblemException(
                        400, "state is '" + query.state() + "'; it takes active, expired or all.");
        }
        return given;
    }

    /** One job with everything that is stored of it. */
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

    /** The last row of a page. */
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
