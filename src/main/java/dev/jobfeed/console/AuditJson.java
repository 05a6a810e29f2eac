package dev.jobfeed.console;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** Formats the result of an audit as JSON with the columns of {@code job_audit}. */
public final class AuditJson {

    private static final ObjectMapper ROWS = SqlRowJson.mapper();

    private AuditJson() {}

    /**
     * Formats a result.
     *
     * @param audit a row of {@code job_audit}, or the result of {@code direct:jobs-audit}
     */
    public static ObjectNode of(Map<String, Object> audit) {
        ObjectNode json = ROWS.valueToTree(audit);
        if (audit.get("fields") instanceof String fields) {
            try {
                json.set("fields", JSON.readTree(fields));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("The column fields of job_audit has no JSON.", e);
            }
        }
        return json;
    }
}
