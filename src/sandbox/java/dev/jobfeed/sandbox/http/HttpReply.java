package dev.jobfeed.sandbox.http;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A reply before it is compressed and sent.
 *
 * @param rows the number of rows of data in the body
 */
public record HttpReply(int status, Map<String, String> headers, byte[] body, int rows) {

    public static HttpReply json(int status, Object body) {
        return new HttpReply(status, Map.of(), Json.bytes(body), 0);
    }

    /** Adds headers, in place of those of the same name. */
    public HttpReply with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new HttpReply(status, all, body, rows);
    }

    public HttpReply withBody(byte[] other) {
        return new HttpReply(status, headers, other, rows);
    }

    public HttpReply withRows(int count) {
        return new HttpReply(status, headers, body, count);
    }
}
