package dev.jobfeed.sandbox.http;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.ProtocolException;

/**
 * A request as it was received.
 *
 * @param nanos {@link System#nanoTime()} at the time
 * @param query the raw query, empty when there is none
 * @param body the body as text, empty when there is none
 * @param headers the headers by their lower-case names
 */
public record ReceivedRequest(
        Instant time, long nanos, String method, String path, String query, String body, Map<String, String> headers) {

    public static ReceivedRequest of(ClassicHttpRequest request, Instant time) throws IOException, ProtocolException {
        long nanos = System.nanoTime();
        Map<String, String> headers = new HashMap<>();
        for (Header header : request.getHeaders()) {
            headers.merge(
                    header.getName().toLowerCase(Locale.ROOT), header.getValue(), (one, other) -> one + ", " + other);
        }
        byte[] body = request.getEntity() == null
                ? new byte[0]
                : request.getEntity().getContent().readAllBytes();
        try {
            URI uri = request.getUri();
            String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
            String text = new String(body, StandardCharsets.UTF_8);
            return new ReceivedRequest(time, nanos, request.getMethod(), uri.getPath(), query, text, headers);
        } catch (URISyntaxException e) {
            throw new ProtocolException(e.getMessage(), e);
        }
    }

    public boolean acceptsGzip() {
        String accepted = headers.getOrDefault("accept-encoding", "").toLowerCase(Locale.ROOT);
        return Arrays.stream(accepted.split(","))
                .anyMatch(one -> one.strip().matches("gzip(\\s*;\\s*q=(?!0(\\.0*)?$).*)?"));
    }
}
