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
 * Leads scans back to places where they have been. Unlike the faults of a script, it never leads a scan into another one
 * or forward: no client can find out what such a server leaves out.
 */
final class ChaosCycle {

    private static final Pattern QUERY_CURSOR = Pattern.compile("(?:^|&)cursor=([^&]*)");

    private record Turn(boolean looksNew, int left) {}

    private final Random random;
    private final double share;
    private final Map<Target, List<String>> sent = new HashMap<>();
    private final Map<Target, Turn> turns = new HashMap<>();
    private long number;

    /** Strikes some requests after each request that it draws with this probability, 0 to 1. */
    ChaosCycle(Random random, double share) {
        this.random = random;
        this.share = share;
    }

    /** Decides about a request; null leaves it to others. */
    synchronized Interceptor.Verdict decide(ApiRequest<?> request) {
        if (request.endpoint() == Endpoint.COMPANY) {
            return null;
        }
        List<String> used = sent.computeIfAbsent(request.endpoint(), endpoint -> new ArrayList<>());
        String cursor = cursor(request);
        if (cursor == null) {
            // another scan, or the same from its beginning
            used.clear();
            turns.remove(request.endpoint());
            return null;
        }
        // from here on only what lies before this place
        int before = used.indexOf(plain(cursor));
        if (before >= 0) {
            used.subList(before, used.size()).clear();
        }
        used.add(plain(cursor));
        Turn turn = turns.remove(request.endpoint());
        if (turn == null) {
            if (random.nextDouble() >= share) {
                return null;
            }
            turn = new Turn(random.nextBoolean(), 1 + random.nextInt(6));
        }
        if (turn.left() > 1) {
            turns.put(request.endpoint(), new Turn(turn.looksNew(), turn.left() - 1));
        }
        String back = used.get(used.size() - 1 - random.nextInt(Math.min(used.size(), 4)));
        String next = turn.looksNew() ? again(back, ++number) : back;
        return Interceptor.struck(
                turn.looksNew() ? "repeated_pages" : "cursor_cycle",
                new Interceptor.Serve(body -> promising(body, next), Map.of("X-Has-More", "true"), -1));
    }

    private static String cursor(ApiRequest<?> request) {
        if (request.method().equals("GET")) {
            Matcher matcher = QUERY_CURSOR.matcher(request.query());
            return matcher.find() ? URLDecoder.decode(matcher.group(1), StandardCharsets.UTF_8) : null;
        }
        return SyncFixture.parse(request.body()).path("cursor").textValue();
    }

    /** The same place at a cursor that looks like another. */
    private static String again(String cursor, long number) {
        return encoded(decoded(cursor).put("n", number));
    }

    private static String plain(String cursor) {
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

    /** Every other byte of the page stays as it is. */
    private static byte[] promising(byte[] body, String next) {
        String page = new String(body, StandardCharsets.UTF_8);
        return page.replaceFirst("\"next_cursor\":(null|\"[^\"]*\")", "\"next_cursor\":\"" + next + "\"")
                .replaceFirst("\"has_more\":false", "\"has_more\":true")
                .getBytes(StandardCharsets.UTF_8);
    }
}
