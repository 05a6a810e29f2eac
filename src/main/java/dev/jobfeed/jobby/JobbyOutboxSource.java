package dev.jobfeed.jobby;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.outbox.JobfeedCloudEvent;
import dev.jobfeed.outbox.OutboxSource;
import dev.jobfeed.persistence.SqlClient;
import dev.jobfeed.tenant.Tenant;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;

/** Provides matches and webhook events to the outbox. A webhook event carries its received payload as data. */
public final class JobbyOutboxSource implements OutboxSource {

    private static final String MATCH = "dev.jobfeed.jobby.match";
    private static final String WEBHOOK = "dev.jobby.";

    private final SqlClient sql;
    private final JobfeedProperties settings;

    public JobbyOutboxSource(Tenant tenant) {
        this.sql = tenant.sql();
        this.settings = tenant.settings();
    }

    @Override
    public boolean isWaiting() {
        return !waiting(1).isEmpty();
    }

    @Override
    public List<JobfeedCloudEvent> waiting(int limit) {
        return sql.statement("jobby-event-waiting")
                .param("limit", limit)
                .query((row, i) -> row.getString("kind").equals("match") ? match(row) : webhook(row))
                .list();
    }

    private JobfeedCloudEvent match(ResultSet row) throws SQLException {
        String id = row.getString("id");
        OffsetDateTime at = row.getObject("at", OffsetDateTime.class);
        ObjectNode data = JSON.createObjectNode();
        data.put("match_id", id);
        data.put("event_id", row.getString("event_id"));
        data.put("url", MatchService.link(settings.jobby().baseUrl(), id));
        data.put("matched_at", at.toInstant().toString());
        return new JobfeedCloudEvent(id, settings.jobby().baseUrl(), MATCH, id, at, null, null, data.toString());
    }

    private JobfeedCloudEvent webhook(ResultSet row) throws SQLException {
        return new JobfeedCloudEvent(
                row.getString("id"),
                settings.jobby().baseUrl(),
                WEBHOOK + row.getString("type"),
                null,
                row.getObject("at", OffsetDateTime.class),
                null,
                null,
                row.getString("payload"));
    }

    @Override
    public void sent(JobfeedCloudEvent event, OffsetDateTime at) {
        sql.statement(event.type().equals(MATCH) ? "jobby-match-sent" : "jobby-webhook-sent")
                .param("id", event.id())
                .param("at", at)
                .update();
    }

    /** Keeps all rows, because they identify repeated deliveries. */
    @Override
    public void forget(OffsetDateTime before) {}
}
