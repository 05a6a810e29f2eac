package dev.jobfeed.console;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import org.postgresql.util.PGobject;
import org.springframework.util.ClassUtils;

/**
 * Writes the rows that {@code sql} and {@code jdbc} steps read from H2 and PostgreSQL as the same JSON: lower-case
 * names, ISO 8601 times, and JSON columns as JSON.
 */
public final class SqlRowJson {

    private SqlRowJson() {}

    /** Creates a mapper for Camel's data format. */
    public static ObjectMapper mapper() {
        SimpleModule rows = new SimpleModule();
        rows.addKeySerializer(
                String.class, serializer((name, json) -> json.writeFieldName(name.toLowerCase(Locale.ROOT))));
        rows.addSerializer(
                Timestamp.class,
                serializer((time, json) -> json.writeString(time(time).toString())));
        rows.addSerializer(OffsetDateTime.class, ToStringSerializer.instance);
        rows.addSerializer(java.sql.Date.class, ToStringSerializer.instance);
        // the JSON columns of H2
        rows.addSerializer(
                byte[].class, serializer((text, json) -> json.writeRawValue(new String(text, StandardCharsets.UTF_8))));
        if (ClassUtils.isPresent("org.postgresql.util.PGobject", SqlRowJson.class.getClassLoader())) {
            PostgresObjects.add(rows);
        }
        return new ObjectMapper().registerModule(rows);
    }

    /** Returns a time of a row. */
    public static OffsetDateTime time(Object value) {
        return value instanceof Timestamp time ? time.toInstant().atOffset(ZoneOffset.UTC) : (OffsetDateTime) value;
    }

    private interface Writer<T> {
        void write(T value, JsonGenerator json) throws IOException;
    }

    private static <T> JsonSerializer<T> serializer(Writer<T> writer) {
        return new JsonSerializer<>() {
            @Override
            public void serialize(T value, JsonGenerator json, SerializerProvider provider) throws IOException {
                writer.write(value, json);
            }
        };
    }

    /** Loaded only if the driver of PostgreSQL is present. */
    private static final class PostgresObjects {

        static void add(SimpleModule rows) {
            rows.addSerializer(PGobject.class, serializer((value, json) -> {
                if (value.getType().startsWith("json")) {
                    json.writeRawValue(value.getValue());
                } else {
                    json.writeString(value.getValue());
                }
            }));
        }
    }
}
