package dev.jobfeed.sandbox;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.http.Json;
import dev.jobfeed.sandbox.http.Times;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Jobs read from a file of JSON lines and served as they stand there, in the order of created_at. */
final class FileJobs {

    /** A line and where its updated_at value stands in it; from is -1 when it has none. */
    record Row(
            UUID id, String line, int from, int to, long createdAt, long updatedAt, long postedAt, JobFacets facets) {

        /** Returns the later of date_posted and created_at, which posted_after is compared with. */
        long postedOrCreatedAt() {
            return Math.max(createdAt, postedAt);
        }
    }

    private final List<Row> rows;
    private final Map<UUID, Integer> numbers = new HashMap<>();
    private final Map<UUID, ObjectNode> companies;

    private FileJobs(List<Row> rows, Map<UUID, ObjectNode> companies) {
        this.rows = rows;
        this.companies = companies;
        for (int i = 0; i < rows.size(); i++) {
            numbers.put(rows.get(i).id(), i);
        }
    }

    static FileJobs none() {
        return new FileJobs(List.of(), Map.of());
    }

    static FileJobs read(Path file) throws IOException {
        Map<UUID, Row> rows = new HashMap<>();
        Map<UUID, ObjectNode> companies = new HashMap<>();
        int number = 0;
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            number++;
            if (!line.isBlank()) {
                try {
                    Row row = row(line.strip(), companies);
                    rows.put(row.id(), row);
                } catch (JsonProcessingException e) {
                    throw notAJob(number, file, Json.describe(e));
                } catch (IllegalArgumentException | DateTimeException e) {
                    throw notAJob(number, file, e.getMessage());
                }
            }
        }
        List<Row> sorted = new ArrayList<>(rows.values());
        sorted.sort(Comparator.comparingLong(Row::createdAt)
                .thenComparing(row -> row.id().toString()));
        return new FileJobs(sorted, companies);
    }

    private static IllegalArgumentException notAJob(int number, Path file, String reason) {
        return new IllegalArgumentException("Line " + number + " of " + file
                + " is not a job (one JSON object a line, with a UUID as id): " + reason);
    }

    private static Row row(String line, Map<UUID, ObjectNode> companies) throws IOException {
        JsonNode job = Json.MAPPER.readTree(line);
        if (!job.path("id").isTextual()) {
            throw new IllegalArgumentException("no id");
        }
        List<Location> places = new ArrayList<>();
        job.path("locations").forEach(place -> places.add(Location.asked(place)));
        JobFacets facets = new JobFacets(
                places,
                text(job, "source"),
                text(job, "workplace_type"),
                text(job, "employment_type"),
                text(job, "experience_level"));
        if (job.path("company") instanceof ObjectNode company
                && company.path("id").isTextual()) {
            company.remove("details_url");
            companies.put(UUID.fromString(company.get("id").textValue()), company);
        }
        int[] span = updatedAtSpan(line);
        long created = time(job, "created_at", 0);
        return new Row(
                UUID.fromString(job.get("id").textValue()),
                line,
                span[0],
                span[1],
                created,
                time(job, "updated_at", created),
                time(job, "date_posted", Long.MIN_VALUE),
                facets);
    }

    private static int[] updatedAtSpan(String line) throws IOException {
        try (JsonParser parser = Json.MAPPER.createParser(line)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                int from = (int) parser.currentTokenLocation().getCharOffset();
                parser.skipChildren();
                parser.finishToken();
                if (name.equals("updated_at")) {
                    return new int[] {from, (int) parser.currentLocation().getCharOffset()};
                }
            }
        }
        return new int[] {-1, -1};
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).textValue();
    }

    private static long time(JsonNode job, String field, long missing) {
        String text = text(job, field);
        return text == null ? missing : Times.parse(text);
    }

    int size() {
        return rows.size();
    }

    Row get(int number) {
        return rows.get(number);
    }

    int numberOf(UUID id) {
        return numbers.getOrDefault(id, -1);
    }

    /** Returns what the jobs of the file say of a company, or null. */
    ObjectNode company(UUID id) {
        return companies.get(id);
    }

    /** Writes the line; only a time of update that differs from the file's replaces what stands there. */
    void write(int number, long updatedAt, JsonGenerator out) throws IOException {
        Row row = rows.get(number);
        String line = row.line();
        if (updatedAt != row.updatedAt()) {
            String time = '"' + Times.text(updatedAt) + '"';
            line = row.from() >= 0
                    ? line.substring(0, row.from()) + time + line.substring(row.to())
                    : line.substring(0, line.length() - 1) + ",\"updated_at\":" + time + "}";
        }
        out.writeRawValue(line);
    }
}
