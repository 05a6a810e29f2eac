package dev.jobfeed.console;

import dev.jobfeed.feed.RecordParser;
import dev.jobfeed.persistence.SearchCriteria;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

/** Pages through the stored jobs, newest first: bean {@code jobfeedJobSearch}. */
public final class JobSearch {

    private static final Cursor START = new Cursor(
            OffsetDateTime.parse("9999-12-31T00:00:00Z"), UUID.fromString("ffffffff-ffff-ffff-ffff-ffffffffffff"));

    public JobSearch() {}

    /**
     * Returns the parameters of {@code job-search.sql} for those of a request, of which absent ones are null.
     *
     * @throws HttpProblemException with 400 if the cursor is invalid
     */
    public SearchCriteria criteria(Map<String, Object> request) {
        SearchCriteria criteria = new SearchCriteria();
        Cursor from = request.get("cursor") instanceof String cursor ? Cursor.read(cursor) : START;
        criteria.addValue("before", from.firstSeenAt());
        criteria.addValue("before_id", from.id());
        criteria.addValue("limit", (Long) request.get("limit") + 1);
        if (request.get("q") instanceof String text) {
            criteria.addValue("text", like(text));
        }
        if (request.get("company") instanceof String company) {
            RecordParser.uuid(company)
                    .ifPresentOrElse(
                            id -> criteria.addValue("company_id", id.toString()),
                            () -> criteria.addValue("company", like(company)));
        }
        if (request.get("source") instanceof String source) {
            criteria.addValue("source", source);
        }
        if (request.get("workplace") instanceof String workplace) {
            criteria.addValue("workplace", workplace.toLowerCase(Locale.ROOT).replace("-", ""));
        }
        if (!request.get("state").equals("all")) {
            criteria.addValue("is_" + request.get("state"), true);
        }
        return criteria;
    }

    /** Returns a page of the rows that were found, which are one more than its limit if another page follows. */
    public Map<String, Object> page(List<Map<String, Object>> found, Integer limit) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("jobs", found.subList(0, Math.min(limit, found.size())));
        page.put(
                "next_cursor",
                found.size() > limit ? Cursor.of(found.get(limit - 1)).text() : null);
        return page;
    }

    private static String like(String text) {
        return "%" + text.toLowerCase(Locale.ROOT).replaceAll("[\\\\%_]", "\\\\$0") + "%";
    }

    /** Position of the last row of a page. */
    private record Cursor(OffsetDateTime firstSeenAt, UUID id) {

        static Cursor of(Map<String, Object> row) {
            return new Cursor(SqlRowJson.time(row.get("first_seen_at")), (UUID) row.get("id"));
        }

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
                throw new HttpProblemException(400, "cursor is not the next_cursor of a page.");
            }
        }
    }
}
