package dev.jobfeed.outbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FieldDefinition;
import dev.jobfeed.feed.RecordSchema;
import dev.jobfeed.persistence.SqlClient;
import dev.jobfeed.tenant.Tenant;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/** Provides the events of {@code job_change}. */
public final class JobOutboxSource implements OutboxSource {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String TYPE = "dev.jobfeed.job.";
    private static final int PURGE_BATCH = 10_000;

    private final SqlClient sql;
    private final JobfeedProperties settings;
    private final String tenant;

    public JobOutboxSource(Tenant tenant) {
        this.sql = tenant.sql();
        this.settings = tenant.settings();
        this.tenant = tenant.isDefault() ? null : tenant.name();
    }

    @Override
    public boolean isWaiting() {
        return sql.statement("outbox-is-pending").query(Boolean.class).single();
    }

    @Override
    public List<JobfeedCloudEvent> waiting(int limit) {
        String source = settings.jobo().baseUrl() + "/api/jobs/feed";
        return sql.statement("outbox-pending")
                .param("limit", limit)
                .query((row, i) -> event(row, source))
                .list();
    }

    private JobfeedCloudEvent event(ResultSet row, String source) throws SQLException {
        String change = row.getString("change");
        return new JobfeedCloudEvent(
                row.getString("event_id"),
                source,
                TYPE + change,
                row.getString("job_id"),
                row.getObject("changed_at", OffsetDateTime.class),
                row.getLong("seq"),
                tenant,
                change.equals("expired") ? expired(row) : job(row));
    }

    private static String expired(ResultSet row) throws SQLException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("id", row.getString("job_id"));
            json.writeStringField("expired_reason", row.getString("reason"));
            time(json, "expired_at", row.getObject("changed_at", OffsetDateTime.class));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /**
     * Returns the job as currently stored, which may be newer than the change; only the id when the job has been
     * deleted.
     */
    private static String job(ResultSet row) throws SQLException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("id", row.getString("job_id"));
            if (row.getObject("id", UUID.class) != null) {
                for (FieldDefinition field : RecordSchema.JOB.fields()) {
                    write(json, row, field);
                }
                raw(json, row, "extra");
                for (String time : List.of("first_seen_at", "last_changed_at", "expired_at")) {
                    time(json, time, row.getObject(time, OffsetDateTime.class));
                }
                json.writeStringField("expired_reason", row.getString("expired_reason"));
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, ResultSet row, FieldDefinition field)
            throws SQLException, IOException {
        String name = field.name();
        switch (field.kind()) {
            case TEXT -> json.writeStringField(name, row.getString(name));
            case JSON -> raw(json, row, name);
            case TIMESTAMP, LENIENT_TIMESTAMP -> time(json, name, row.getObject(name, OffsetDateTime.class));
            case BOOLEAN -> {
                Boolean value = row.getObject(name, Boolean.class);
                json.writeFieldName(name);
                if (value == null) {
                    json.writeNull();
                } else {
                    json.writeBoolean(value);
                }
            }
        }
    }

    private static void raw(JsonGenerator json, ResultSet row, String name) throws SQLException, IOException {
        String value = row.getString(name);
        json.writeFieldName(name);
        json.writeRawValue(value == null ? "null" : value);
    }

    private static void time(JsonGenerator json, String name, OffsetDateTime time) throws IOException {
        json.writeStringField(name, time == null ? null : time.toInstant().toString());
    }

    @Override
    public void sent(JobfeedCloudEvent event, OffsetDateTime at) {
        sql.statement("outbox-mark-sent")
                .param("seq", event.sequence())
                .param("at", at)
                .update();
    }

    @Override
    public void forget(OffsetDateTime before) {
        sql.statement("outbox-purge")
                .param("before", before)
                .param("limit", PURGE_BATCH)
                .update();
    }
}
