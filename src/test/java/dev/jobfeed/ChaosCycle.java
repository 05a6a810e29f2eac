package dev.jobfeed;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.Target;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sends scans back to cursors that they have already used. Unlike the faults of a script, it never sends a scan into
 * another one or forward, because no client can detect what such a server leaves out.
 */
final class ChaosCycle {

    private static final Pattern QUERY_CURSOR = Pattern.compile("(?:^|&)cursor=([^&]*)");

    private record Redirection(boolean looksNew, int left) {}

    private final Random random;
    private final double share;
    private final Map<Target, List<String>> sent = new HashMap<>();
    private final Map<Target, Redirection> redirections = new HashMap<>();
    private long number;

    /** Creates a redirection of some requests after each request that is drawn with this probability, 0 to 1. */
    ChaosCycle(Random random, double share) {
        this.random = random;
        this.share = share;
    }

    /** Returns the verdict on a request; null if another interceptor decides. */
    synchronized Interceptor.Verdict decide(ApiRequest<?> request) {
        if (request.endpoint() == Endpoint.COMPANY) {
            return null;
        }
        List<String> used = sent.computeIfAbsent(request.endpoint(), endpoint -> new ArrayList<>());
        String cursor = cursor(request);
        if (cursor == null) {
            // a new scan
            used.clear();
            redirections.remove(request.endpoint());
            return null;
        }
        // from here on, only cursors before this position
        int before = used.indexOf(withoutNumber(cursor));
        if (before >= 0) {
            used.subList(before, used.size()).clear();
        }
        used.add(withoutNumber(cursor));
        Redirection redirection = redirections.remove(request.endpoint());
        if (redirection == null) {
            if (random.nextDouble() >= share) {
                return null;
            }
            redirection = new Redirection(random.nextBoolean(), 1 + random.nextInt(6));
        }
        if (redirection.left() > 1) {
            redirections.put(request.endpoint(), new Redirection(redirection.looksNew(), redirection.left() - 1));
        }
        String back = used.get(used.size() - 1 - random.nextInt(Math.min(used.size(), 4)));
        String next = redirection.looksNew() ? withNumber(back, ++number) : back;
        return Interceptor.struck(
                redirection.looksNew() ? "repeated_pages" : "cursor_cycle",
                new Interceptor.Serve(body -> withNextCursor(body, next), Map.of("X-Has-More", "true"), -1));
    }

    private static String cursor(ApiRequest<?> request) {
        if (request.method().equals("GET")) {
            Matcher matcher = QUERY_CURSOR.matcher(request.query());
            return matcher.find() ? URLDecoder.decode(matcher.group(1), StandardCharsets.UTF_8) : null;
        }
        return SyncFixture.parse(request.body()).path("cursor").textValue();
    }

    /** Returns a cursor for the same position that looks different. */
    private static String withNumber(String cursor, long number) {
        return encoded(decoded(cursor).put("n", number));
    }

    private static String withoutNumber(String cursor) {
        return encoded(decoded(cursor).without("n"));
    }

    private static ObjectNode decoded(String cursor) {
        return (ObjectNode)
                SyncFixture.parse(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
    }

    private static String encoded(ObjectNode json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Replaces the next cursor; every other byte of the page stays as it is. */
    private static byte[] withNextCursor(byte[] body, String next) {
        String page = new String(body, StandardCharsets.UTF_8);
        return page.replaceFirst("\"next_cursor\":(null|\"[^\"]*\")", "\"next_cursor\":\"" + next + "\"")
                .replaceFirst("\"has_more\":false", "\"has_more\":true")
                .getBytes(StandardCharsets.UTF_8);
    }
}
