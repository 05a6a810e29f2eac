package dev.jobfeed.console;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.persistence.SqlCatalog;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.quarantine.QuarantineService;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** Answers the read requests of {@code console.camel.yaml} with JSON: bean {@code jobfeedConsole}. */
public final class ConsoleQueries {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final int MAX_ROWS = 100;
    private static final Duration HISTORY = Duration.ofDays(30);

    private final ConsoleTenants consoles;
    private final Clock clock;

    public ConsoleQueries(ConsoleTenants consoles, Clock clock) {
        this.consoles = consoles;
        this.clock = clock;
    }

    /** Returns the same as {@code jobfeed status --json}. */
    public String status(Exchange exchange) {
        return console(exchange).status().json(limit(exchange, 5)).toString();
    }

    /** Returns the last runs of a stream, newest first. */
    public String runs(Exchange exchange) {
        String stream = text(exchange, "stream").orElse("jobs");
        HttpProblemException.stream(stream);
        ObjectNode json = JSON.createObjectNode();
        ArrayNode list = json.putArray("runs");
        console(exchange)
                .tenant()
                .runs()
                .lastRuns(stream, limit(exchange, 50))
                .forEach(run -> list.add(RunJson.of(run)));
        return json.toString();
    }

    /** Returns active and expired jobs by source, now and over the last 30 days. */
    public String counts(Exchange exchange) {
        JobCounts counts = console(exchange).counts();
        ObjectNode json = JSON.createObjectNode();
        ArrayNode now = json.putArray("now");
        counts.now().forEach(count -> now.add(count(count)));
        ArrayNode history = json.putArray("history");
        counts.since(OffsetDateTime.now(clock).minus(HISTORY))
                .forEach(point -> history.add(count(point.count()).put("at", RunJson.text(point.at()))));
        return json.toString();
    }

    private static ObjectNode count(JobCounts.OfSource count) {
        return JSON.createObjectNode()
                .put("source", count.source())
                .put("active", count.active())
                .put("expired", count.expired());
    }

    /** Returns the balance and the credits spent on each of the last 30 days, by the start of the runs. */
    public String credits(Exchange exchange) {
        Tenant tenant = console(exchange).tenant();
        StreamState state = tenant.runs().state("jobs");
        ObjectNode json = JSON.createObjectNode();
        json.put("balance", state.creditsBalance());
        json.put("balance_at", RunJson.text(state.creditsBalanceAt()));
        ArrayNode days = json.putArray("days");
        jdbc(tenant)
                .query(
                        SqlCatalog.text("credits-by-day", tenant.database()),
                        Map.of("since", OffsetDateTime.now(clock).minus(HISTORY)),
                        row -> {
                            days.addObject()
                                    .put("day", row.getString("spent_on"))
                                    .put("credits", row.getBigDecimal("credits"))
                                    .put("received", row.getLong("received"));
                        });
        return json.toString();
    }

    /** Returns alerts, open ones first. */
    public String alerts(Exchange exchange) {
        Tenant tenant = console(exchange).tenant();
        ObjectNode json = JSON.createObjectNode();
        ArrayNode list = json.putArray("alerts");
        jdbc(tenant)
                .query(
                        SqlCatalog.text("alert-list", tenant.database()),
                        Map.of("limit", limit(exchange, MAX_ROWS)),
                        row -> {
                            list.addObject()
                                    .put("id", row.getLong("id"))
                                    .put("stream", row.getString("stream"))
                                    .put("condition", row.getString("condition"))
                                    .put("message", row.getString("message"))
                                    .put("remedy", row.getString("remedy"))
                                    .put("raised_at", RunJson.text(row.getObject("raised_at", OffsetDateTime.class)))
                                    .put("cleared_at", RunJson.text(row.getObject("cleared_at", OffsetDateTime.class)));
                        });
        return json.toString();
    }

    /** Returns the open quarantine entries, oldest first, without payload. */
    public String quarantine(Exchange exchange) {
        int limit = limit(exchange, MAX_ROWS);
        Tenant tenant = console(exchange).tenant();
        ObjectNode json = JSON.createObjectNode();
        json.put("open", tenant.quarantine().openCount());
        ArrayNode reasons = json.putArray("reasons");
        jdbc(tenant).query(SqlCatalog.text("quarantine-reasons", tenant.database()), Map.of("limit", MAX_ROWS), row -> {
            reasons.addObject().put("reason", row.getString("reason")).put("rows", row.getLong("amount"));
        });
        ArrayNode rows = json.putArray("rows");
        long after =
                text(exchange, "cursor").map(cursor -> number("cursor", cursor)).orElse(0L);
        jdbc(tenant)
                .query(
                        SqlCatalog.text("quarantine-page", tenant.database()),
                        Map.of("after", after, "limit", limit),
                        row -> {
                            rows.addObject()
                                    .put("id", row.getLong("id"))
                                    .put("stream", row.getString("stream"))
                                    .put("run_id", row.getObject("run_id", Long.class))
                                    .put("job_id", row.getString("job_id"))
                                    .put("reason", row.getString("reason"))
                                    .put(
                                            "quarantined_at",
                                            RunJson.text(row.getObject("quarantined_at", OffsetDateTime.class)));
                        });
        json.put(
                "next_cursor",
                rows.size() < limit ? null : rows.get(limit - 1).get("id").asText());
        return json.toString();
    }

    /** Returns one quarantine entry with its payload as text. */
    public String quarantined(Exchange exchange) {
        long id = number("id", id(exchange));
        QuarantineService.Entry entry = console(exchange)
                .tenant()
                .quarantine()
                .find(id)
                .orElseThrow(() -> new HttpProblemException(404, "There is no row " + id + " in quarantine."));
        return JSON.createObjectNode()
                .put("id", entry.id())
                .put("stream", entry.stream())
                .put("run_id", entry.runId())
                .put("job_id", RunJson.text(entry.jobId()))
                .put("reason", entry.reason())
                .put("quarantined_at", RunJson.text(entry.quarantinedAt()))
                .put("closed_at", RunJson.text(entry.closedAt()))
                .put("payload", entry.payload())
                .toString();
    }

    /** Returns stored jobs, newest first. */
    public String jobs(Exchange exchange) {
        return console(exchange)
                .search()
                .find(new JobSearch.Query(
                        text(exchange, "q").orElse(null),
                        text(exchange, "company").orElse(null),
                        text(exchange, "source").orElse(null),
                        text(exchange, "workplace").orElse(null),
                        text(exchange, "state").orElse(null),
                        text(exchange, "cursor").orElse(null),
                        limit(exchange, 25)))
                .toString();
    }

    /** Returns one job. */
    public String job(Exchange exchange) {
        String id = id(exchange);
        UUID uuid;
        try {
            uuid = UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new HttpProblemException(404, "There is no job '" + id + "'; an id is a UUID.");
        }
        return console(exchange)
                .search()
                .read(uuid)
                .orElseThrow(() -> new HttpProblemException(404, "There is no job " + uuid + "."))
                .toString();
    }

    private TenantConsole console(Exchange exchange) {
        return consoles.named(text(exchange, "tenant").orElse(""));
    }

    private static NamedParameterJdbcTemplate jdbc(Tenant tenant) {
        return new NamedParameterJdbcTemplate(tenant.dataSource());
    }

    private static int limit(Exchange exchange, int otherwise) {
        long limit = text(exchange, "limit").map(text -> number("limit", text)).orElse((long) otherwise);
        if (limit < 1 || limit > MAX_ROWS) {
            throw new HttpProblemException(400, "limit is " + limit + "; it takes 1 to " + MAX_ROWS + ".");
        }
        return (int) limit;
    }

    private static long number(String name, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new HttpProblemException(400, name + " is '" + text + "'; it takes a whole number.");
        }
    }

    private static Optional<String> text(Exchange exchange, String name) {
        return QueryParameters.of(exchange).text(name);
    }

    /** Returns the value of {@code {id}} in the path. */
    private static String id(Exchange exchange) {
        return exchange.getMessage().getHeader("id", "", String.class);
    }
}
