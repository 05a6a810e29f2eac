package dev.jobfeed.outbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;

/**
 * Something that happened, as a CloudEvent of version 1.0. In routes it is the variable {@code jobfeedEvent}.
 *
 * @param id the same whenever it is sent again, and no other event's
 * @param source where it happened, a URI
 * @param subject what it happened to; nullable
 * @param sequence its place among the events of its source; null where they have no order
 * @param tenant whose feed it is; null for the default tenant
 * @param data what is told of it, as JSON
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

    /** The id, for expressions in routes. */
    public String getId() {
        return id;
    }

    /** The type, for expressions in routes. */
    public String getType() {
        return type;
    }

    /** What happened, without the family of the type: the word behind its last dot. */
    public String getChange() {
        return type.substring(type.lastIndexOf('.') + 1);
    }

    /** What keeps the events of one subject in order, where messages have keys or groups. */
    public String getKey() {
        return subject == null ? id : subject;
    }

    /** The event in the structured mode of the JSON format: CloudEvents, "JSON Event Format", 1.0.2. */
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
