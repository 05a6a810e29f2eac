package dev.jobfeed.outbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;

/**
 * A change event in CloudEvents 1.0. In routes it is the variable {@code jobfeedEvent}.
 *
 * @param id unique; the same whenever the event is sent again
 * @param source the URI of the feed where it occurred
 * @param subject the object that it concerns; nullable
 * @param sequence its position among the events of its source; null where they have no order
 * @param tenant the tenant of the feed; null for the default tenant
 * @param data the payload, as JSON
 */
public record JobfeedCloudEvent(
        String id,
        String source,
        String type,
        String subject,
        OffsetDateTime time,
        Long sequence,
        String tenant,
        String data) {

    private static final JsonFactory JSON = new JsonFactory();

    /** Returns the id, for expressions in routes. */
    public String getId() {
        return id;
    }

    /** Returns the type, for expressions in routes. */
    public String getType() {
        return type;
    }

    /** Returns the kind of change: the last segment of the type. */
    public String getChange() {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    /** Returns the key that keeps the events of one subject in order, for messages with keys or groups. */
    public String getKey() {
        return subject == null ? id : subject;
    }

    /** Returns the event in the structured mode of the JSON format: CloudEvents, "JSON Event Format", 1.0.2. */
    public String getJson() {
        StringWriter text = new StringWriter(data.length() + 400);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", id);
            json.writeStringField("source", source);
            json.writeStringField("type", type);
            if (subject != null) {
                json.writeStringField("subject", subject);
            }
            json.writeStringField("time", time.toInstant().toString());
            json.writeStringField("datacontenttype", "application/json");
            if (sequence != null) {
                // CloudEvents, "Sequence" extension
                json.writeStringField("sequence", sequence.toString());
                json.writeStringField("sequencetype", "Integer");
            }
            if (tenant != null) {
                json.writeStringField("tenant", tenant);
            }
            json.writeFieldName("data");
            json.writeRawValue(data);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
