package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests every fault on every endpoint that it affects, as a client sees it. */
class FaultResponsesTest {

    private static final Calls CALLS = new Calls();
    private static final String JSON = "application/json";
    private static final String PROBLEM = "application/problem+json";

    @AfterAll
    static void close() {
        CALLS.close();
    }

    private static HttpResponse<String> call(Endpoint endpoint, String cursor) throws Exception {
        return switch (endpoint) {
            case JOBS_FEED, CAREER_SITES_FEED ->
                CALLS.post(
                        endpoint.path(),
                        "{\"batch_size\":9,\"stable_scan\":true"
                                + (cursor == null ? "}" : ",\"cursor\":\"" + cursor + "\"}"));
            case JOBS_EXPIRED ->
                CALLS.get(endpoint.path() + "?batch_size=9" + (cursor == null ? "" : "&cursor=" + cursor));
            case JOB ->
                CALLS.get(endpoint.path() + CALLS.data().activeIds().findFirst().orElseThrow());
            case COMPANY -> CALLS.get(endpoint.path() + CALLS.data().companies().id(1));
        };
    }

    private static HttpResponse<String> callWithFault(Endpoint endpoint, FaultRule rule) throws Exception {
        CALLS.sandbox.log().clear();
        Faults faults = CALLS.sandbox.faults(rule.on(endpoint));
        HttpResponse<String> response = call(endpoint, null);
        assertThat(faults.tallies()).singleElement().matches(tally -> tally.struck() == 1);
        assertThat(CALLS.sandbox.log().entries())
                .singleElement()
                .matches(entry -> rule.json().get("fault").textValue().equals(entry.fault()))
                .matches(entry -> entry.status() == response.statusCode());
        return response;
    }

    private record Documented(FaultRule rule, int status, String type, Map<String, String> headers, String body) {

        @Override
        public String toString() {
            return rule.toString();
        }
    }

    private static Documented row(FaultRule rule, int status, String type, Map<String, String> headers, String body) {
        return new Documented(rule, status, type, headers, body);
    }

    private static Documented row(Fault fault, int status, String body) {
        return row(FaultRule.of(fault), status, JSON, Map.of(), body);
    }

    private static final Map<String, String> CREDITS =
            Map.of("X-Credits-Required", "3000", "X-Credits-Balance", "1890");

    private static final List<Documented> DOCUMENTED = List.of(
            row(
                    Fault.BAD_REQUEST,
                    400,
                    "{'status':400,'error':'Bad Request',"
                            + "'message':'Parameter \\'batch_size\\' must be between 1 and 1000.'}"),
            row(Fault.INVALID_CURSOR, 400, "{'status':400,'error':'Bad Request','message':'Invalid cursor'}"),
            row(
                    Fault.UNAUTHORIZED,
                    401,
                    "{'status':401,'error':'Unauthorized',"
                            + "'message':'Missing or invalid API key. Include \\'X-Api-Key\\' header.'}"),
            row(
                    FaultRule.of(Fault.INSUFFICIENT_CREDITS),
                    402,
                    JSON,
                    CREDITS,
                    "{'status':402,'error':'Insufficient credits','credits_required':3000,'credits_balance':1890}"),
            row(
                    FaultRule.of(Fault.INSUFFICIENT_CREDITS).credits(new BigDecimal("10.50"), BigDecimal.ZERO),
                    402,
                    JSON,
                    Map.of("X-Credits-Required", "10.5", "X-Credits-Balance", "0"),
                    "{'status':402,'error':'Insufficient credits','credits_required':10.5,'credits_balance':0}"),
            row(
                    FaultRule.of(Fault.INSUFFICIENT_CREDITS_LIVE),
                    402,
                    JSON,
                    CREDITS,
                    "{'error':'Insufficient credits','detail':'This request needs 3000 credits ($3). Your wallet"
                            + " balance is 1890 credits ($1.89). Top up your wallet to continue.',"
                            + "'credits_required':3000,'credits_balance':1890,'cost_per_request_usd':3}"),
            row(
                    FaultRule.of(Fault.INSUFFICIENT_CREDITS_PROBLEM),
                    402,
                    PROBLEM,
                    CREDITS,
                    "{'type':'https://tools.ietf.org/html/rfc9110#section-15.5.3','title':'Insufficient credits',"
                            + "'status':402,'detail':'This request needs 3000 credits.',"
                            + "'credits_required':3000,'credits_balance':1890}"),
            row(
                    Fault.FORBIDDEN,
                    403,
                    "{'status':403,'error':'Forbidden',"
                            + "'message':'Your subscription does not include access to the Feed API.'}"),
            row(
                    Fault.REQUEST_TIMEOUT,
                    408,
                    "{'status':408,'error':'Request Timeout','message':'The request took too long to arrive.'}"),
            row(
                    FaultRule.of(Fault.RATE_LIMITED),
                    429,
                    JSON,
                    Map.of("Retry-After", "60"),
                    "{'status':429,'error':'Too Many Requests',"
                            + "'message':'Rate limit exceeded. Try again in 60 seconds.','retry_after':60}"),
            row(
                    FaultRule.of(Fault.RATE_LIMITED).seconds(2),
                    429,
                    JSON,
                    Map.of("Retry-After", "2"),
                    "{'status':429,'error':'Too Many Requests',"
                            + "'message':'Rate limit exceeded. Try again in 2 seconds.','retry_after':2}"),
            row(
                    FaultRule.of(Fault.RATE_LIMITED_DATE).seconds(90),
                    429,
                    JSON,
                    Map.of("Retry-After", "Tue, 10 Nov 2026 12:01:30 GMT"),
                    "{'status':429,'error':'Too Many Requests','message':'Rate limit exceeded.'}"),
            row(
                    FaultRule.of(Fault.RATE_LIMITED_BODY).seconds(7),
                    429,
                    JSON,
                    Map.of(),
                    "{'status':429,'error':'Too Many Requests','message':'Rate limit exceeded.','retry_after':7}"),
            row(
                    FaultRule.of(Fault.RATE_LIMITED_BODY_SECONDS).seconds(3),
                    429,
                    JSON,
                    Map.of(),
                    "{'error':'Rate limit exceeded','retry_after_seconds':3}"),
            row(
                    Fault.RATE_LIMITED_BARE,
                    429,
                    "{'status':429,'error':'Too Many Requests','message':'Rate limit exceeded.'}"),
            row(
                    Fault.SERVER_ERROR,
                    500,
                    "{'status':500,'error':'Internal Server Error',"
                            + "'message':'An unexpected error occurred. Please retry your request.'}"),
            row(
                    FaultRule.of(Fault.UNAVAILABLE),
                    503,
                    JSON,
                    Map.of("Retry-After", "5"),
                    "{'status':503,'error':'Service Unavailable','message':'The service is temporarily unavailable"
                            + " for maintenance. Please try again in a few minutes.'}"),
            row(
                    Fault.UNAVAILABLE_BARE,
                    503,
                    "{'status':503,'error':'Service Unavailable','message':'The service is temporarily unavailable"
                            + " for maintenance. Please try again in a few minutes.'}"),
            row(Fault.ARRAY, 200, "[]"),
            row(Fault.EMPTY, 200, ""),
            row(FaultRule.of(Fault.REDIRECT), 301, null, Map.of("Location", "/redirected"), ""),
            row(
                    FaultRule.of(Fault.REDIRECT).location("https://x.example/y"),
                    301,
                    null,
                    Map.of("Location", "https://x.example/y"),
                    ""),
            row(
                    FaultRule.of(Fault.HTML),
                    200,
                    "text/html; charset=utf-8",
                    Map.of(),
                    "<!DOCTYPE html><html><body>Please sign in to this network.</body></html>"),
            row(
                    FaultRule.of(Fault.BAD_GATEWAY),
                    502,
                    "text/html; charset=utf-8",
                    Map.of(),
                    "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"),
            row(
                    FaultRule.answer(418, Map.of("X-Tea", "green", "Content-Type", "text/plain"), "short and stout"),
                    418,
                    "text/plain",
                    Map.of("X-Tea", "green"),
                    "short and stout"));

    static Stream<Arguments> documentedResponses() {
        return table(DOCUMENTED, (documented, endpoint) -> true);
    }

    private static Stream<Arguments> table(Fault... faults) {
        return table(List.of(faults), Fault::canStrike);
    }

    private static <T> Stream<Arguments> table(List<T> rows, BiFunction<T, Endpoint, Boolean> applies) {
        return rows.stream().flatMap(row -> Arrays.stream(Endpoint.values())
                .filter(endpoint -> applies.apply(row, endpoint))
                .map(endpoint -> Arguments.of(row, endpoint)));
    }

    @ParameterizedTest
    @MethodSource("documentedResponses")
    void responseMatchesTheDocumentedFault(Documented expected, Endpoint endpoint) throws Exception {
        HttpResponse<String> response = callWithFault(endpoint, expected.rule());

        assertThat(response.statusCode()).isEqualTo(expected.status());
        assertThat(response.body())
                .isEqualTo(expected.body().startsWith("{") ? quoted(expected.body()) : expected.body());
        assertThat(response.headers().firstValue("Content-Type").orElse(null)).isEqualTo(expected.type());
        expected.headers()
                .forEach((name, value) ->
                        assertThat(response.headers().firstValue(name)).contains(value));
        if (!expected.headers().containsKey("Retry-After")) {
            assertThat(response.headers().firstValue("Retry-After")).isEmpty();
        }
    }

    private static String quoted(String json) {
        return json.replace("\\'", "\u0001").replace('\'', '"').replace('\u0001', '\'');
    }

    @ParameterizedTest
    @EnumSource
    void notFoundNamesThePath(Endpoint endpoint) throws Exception {
        HttpResponse<String> response = callWithFault(endpoint, FaultRule.of(Fault.NOT_FOUND));

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(Calls.json(response).get("status").intValue()).isEqualTo(404);
        assertThat(Calls.json(response).get("error").textValue()).isEqualTo("Not Found");
        assertThat(Calls.json(response).get("message").textValue()).contains(endpoint.path());
    }

    @ParameterizedTest
    @EnumSource
    void restartedScanNamesItsFirstRequest(Endpoint endpoint) throws Exception {
        HttpResponse<String> response = callWithFault(endpoint, FaultRule.of(Fault.CURSOR_RESTART));

        assertThat(response.statusCode()).isEqualTo(409);
        assertThat(response.headers().firstValue("Content-Type")).contains(PROBLEM);
        JsonNode body = Calls.json(response);
        assertThat(body.get("code").textValue()).isEqualTo("feed_cursor_restart_required");
        assertThat(body.get("detail").textValue()).isNotBlank();
        assertThat(body.get("replacement_request").toString())
                .isEqualTo(endpoint.method().equals("POST") ? "{\"batch_size\":9}" : "{}");
    }

    @ParameterizedTest
    @EnumSource
    void connectionIsDropped(Endpoint endpoint) {
        CALLS.sandbox.log().clear();
        CALLS.sandbox.faults(FaultRule.of(Fault.DROPPED).on(endpoint));

        assertThatThrownBy(() -> call(endpoint, null)).isInstanceOf(IOException.class);

        // the JDK's client may retry a GET by itself
        assertThat(CALLS.sandbox.log().entries())
                .isNotEmpty()
                .allMatch(entry -> entry.status() == 0 && "dropped".equals(entry.fault()));
    }

    @Test
    void pageWithALostResponseIsCharged() throws Exception {
        try (Calls metered =
                new Calls(options -> options.creditsPerJob(BigDecimal.ONE).creditsBalance(BigDecimal.TEN))) {
            metered.sandbox.faults(
                    FaultRule.of(Fault.LOST).on(Endpoint.JOBS_FEED).times(1));

            assertThatThrownBy(() -> metered.post("/api/jobs/feed", "{\"batch_size\":4}"))
                    .isInstanceOf(IOException.class);

            assertThat(metered.sandbox.log().entries())
                    .singleElement()
                    .matches(entry -> entry.status() == 0 && "lost".equals(entry.fault()));
            assertThat(metered.post("/api/jobs/feed", "{\"batch_size\":4}")
                            .headers()
                            .firstValue("X-Credits-Balance"))
                    .contains("2");
        }
    }

    @ParameterizedTest
    @EnumSource
    void shortBodyIsTruncated(Endpoint endpoint) {
        CALLS.sandbox.log().clear();
        CALLS.sandbox.faults(
                FaultRule.of(Fault.TRUNCATED).keepBytes(Integer.MAX_VALUE / 4).on(endpoint));

        assertThatThrownBy(() -> call(endpoint, null)).isInstanceOf(IOException.class);

        assertThat(CALLS.sandbox.log().entries())
                .isNotEmpty()
                .allMatch(entry -> entry.status() == 200 && "truncated".equals(entry.fault()));
    }

    @ParameterizedTest
    @EnumSource
    void delayPrecedesTheResponse(Endpoint endpoint) throws Exception {
        long start = System.nanoTime();
        HttpResponse<String> response =
                callWithFault(endpoint, FaultRule.of(Fault.DELAY).delay(Duration.ofMillis(60)));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(60));
        assertThat(response.statusCode()).isEqualTo(200);
        CALLS.sandbox.intercept(null);
        assertThat(response.body()).isEqualTo(call(endpoint, null).body());
    }

    @Test
    void delayPrecedesAnotherFault() throws Exception {
        long start = System.nanoTime();
        HttpResponse<String> response = callWithFault(
                Endpoint.JOBS_FEED, FaultRule.of(Fault.SERVER_ERROR).delay(Duration.ofMillis(60)));

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(60));
        assertThat(response.statusCode()).isEqualTo(500);
    }

    @Test
    void jsonResponseHasAJsonContentType() throws Exception {
        CALLS.sandbox.faults(FaultRule.script("""
                [{"fault": "answer", "status": 500, "body": {"detail": "boom"}}]"""));

        HttpResponse<String> response = call(Endpoint.JOBS_FEED, null);

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).isEqualTo("{\"detail\":\"boom\"}");
        assertThat(response.headers().firstValue("Content-Type")).contains(JSON);
    }

    static Stream<Arguments> pageFaults() {
        return table(Fault.NO_HAS_MORE, Fault.TEXT_HAS_MORE, Fault.NO_CURSOR);
    }

    @ParameterizedTest
    @MethodSource("pageFaults")
    void pageHasOneStructuralError(Fault fault, Endpoint endpoint) throws Exception {
        CALLS.sandbox.intercept(null);
        String validRow = call(endpoint, null).body();
        String expected =
                switch (fault) {
                    case NO_HAS_MORE -> validRow.replace(",\"has_more\":true", "");
                    case TEXT_HAS_MORE -> validRow.replace("\"has_more\":true", "\"has_more\":\"true\"");
                    default -> validRow.replaceAll("\"next_cursor\":\"[^\"]+\"", "\"next_cursor\":null");
                };

        HttpResponse<String> response = callWithFault(endpoint, FaultRule.of(fault));

        assertThat(response.body()).isEqualTo(expected).isNotEqualTo(validRow);
        assertThat(response.headers().firstValue("X-Has-More")).contains("true");
    }

    static Stream<Arguments> pagedEndpoints() {
        return table(Fault.REPEATED_CURSOR);
    }

    @ParameterizedTest
    @MethodSource("pagedEndpoints")
    void cursorIsRepeatedWhenOneWasSent(Fault fault, Endpoint endpoint) throws Exception {
        Faults faults = CALLS.sandbox.faults(FaultRule.of(fault).on(endpoint));
        JsonNode first = Calls.ok(call(endpoint, null));
        String cursor = first.get("next_cursor").textValue();

        JsonNode second = Calls.ok(call(endpoint, cursor));

        assertThat(faults.tallies())
                .containsExactly(new Faults.Tally(faults.tallies().get(0).rule(), 1, 1));
        assertThat(second.get("next_cursor").textValue()).isEqualTo(cursor);
        assertThat(second.get("has_more").booleanValue()).isTrue();
        assertThat(second).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "{\"after\":1}", "\"\""})
    void truncatedPageHasTheConfiguredCursor(String cursor) throws Exception {
        CALLS.sandbox.faults(FaultRule.script("[{\"fault\":\"no_cursor\",\"cursor\":" + cursor + "}]"));

        JsonNode page = Calls.ok(call(Endpoint.JOBS_FEED, null));

        assertThat(page.get("next_cursor").toString()).isEqualTo(cursor);
        assertThat(page.get("has_more").booleanValue()).isTrue();
    }

    static Stream<Arguments> endlessFaults() {
        return table(Fault.CURSOR_CYCLE, Fault.REPEATED_PAGES, Fault.EMPTY_PAGE);
    }

    @ParameterizedTest
    @MethodSource("endlessFaults")
    void endlessFeedDeliversTheSameOrEmptyPages(Fault fault, Endpoint endpoint) throws Exception {
        CALLS.sandbox.faults(FaultRule.of(fault).on(endpoint));
        String rows = PageFields.of(endpoint).rows();
        List<JsonNode> pages = new ArrayList<>();
        List<String> cursors = new ArrayList<>();
        String cursor = null;
        for (int i = 0; i < 7; i++) {
            JsonNode page = Calls.ok(call(endpoint, cursor));
            assertThat(page.get("has_more").booleanValue()).isTrue();
            cursor = page.get("next_cursor").textValue();
            pages.add(page.get(rows));
            cursors.add(cursor);
        }

        assertThat(cursors.stream().distinct().count()).isEqualTo(fault == Fault.CURSOR_CYCLE ? 2 : 7);
        if (fault == Fault.EMPTY_PAGE) {
            assertThat(pages.subList(1, 7)).allMatch(JsonNode::isEmpty);
            CALLS.sandbox.intercept(null);
            assertThat(Calls.ok(call(endpoint, cursors.get(6)))).isEqualTo(Calls.ok(call(endpoint, cursors.get(0))));
        } else {
            assertThat(pages.subList(3, 5)).isEqualTo(pages.subList(1, 3));
            assertThat(pages.get(2)).isNotEqualTo(pages.get(1));
        }
    }

    static Stream<Arguments> idFaults() {
        return table(Fault.PLAIN_IDS, Fault.OBJECT_IDS);
    }

    @ParameterizedTest
    @MethodSource("idFaults")
    void idsAreReformatted(Fault fault, Endpoint endpoint) throws Exception {
        CALLS.sandbox.intercept(null);
        String rows = PageFields.of(endpoint).rows();
        JsonNode validRow = Calls.ok(call(endpoint, null)).get(rows);

        JsonNode page = Calls.ok(callWithFault(endpoint, FaultRule.of(fault))).get(rows);

        assertThat(page).hasSameSizeAs(validRow);
        for (int i = 0; i < page.size(); i++) {
            JsonNode row = page.get(i);
            JsonNode id = row.has("id") ? row.get("id") : row;
            String expected = validRow.get(i).has("id")
                    ? validRow.get(i).get("id").textValue()
                    : validRow.get(i).textValue();
            assertThat(id.textValue()).isEqualTo(fault == Fault.PLAIN_IDS ? expected.replace("-", "") : expected);
            assertThat(row.isTextual()).isEqualTo(fault == Fault.PLAIN_IDS && endpoint == Endpoint.JOBS_EXPIRED);
        }
    }

    static Stream<Arguments> rowFaults() {
        return table(
                Fault.ROW_NO_ID,
                Fault.ROW_BAD_ID,
                Fault.ROW_BAD_TITLE,
                Fault.ROW_BAD_CREATED_AT,
                Fault.ROW_BAD_TEXT,
                Fault.ROW_HUGE,
                Fault.ROW_UNKNOWN_FIELD);
    }

    @ParameterizedTest
    @MethodSource("rowFaults")
    void invalidRowsAreAddedAndTheOthersUnchanged(Fault fault, Endpoint endpoint) throws Exception {
        PageFields names = PageFields.of(endpoint);
        CALLS.sandbox.intercept(null);
        JsonNode validRow = Calls.ok(call(endpoint, null)).get(names.rows());

        HttpResponse<String> response =
                callWithFault(endpoint, FaultRule.of(fault).rows(2));

        List<JsonNode> rows = new ArrayList<>();
        Calls.ok(response).get(names.rows()).forEach(rows::add);
        assertThat(rows).hasSize(11);
        // at a third and at two thirds, after the valid ones before them
        List<JsonNode> bad = List.of(rows.remove(7), rows.remove(3));
        assertThat(rows).containsExactlyElementsOf(validRow);
        assertThat(bad.get(0).equals(bad.get(1))).isEqualTo(bad.get(0).isNull());
        for (JsonNode row : bad) {
            assertInvalidRow(fault, names, row, response.body());
        }
    }

    private static void assertInvalidRow(Fault fault, PageFields names, JsonNode row, String body) {
        if (names.title() == null) {
            assertThat(row.isNull()).isEqualTo(fault == Fault.ROW_NO_ID);
            assertThat(row.asText()).doesNotContain("fa017000");
            return;
        }
        switch (fault) {
            case ROW_NO_ID -> assertThat(row.has("id")).isFalse();
            case ROW_BAD_ID -> assertThat(row.get("id").textValue()).startsWith("not-a-uuid-");
            default ->
                assertThat(UUID.fromString(row.get("id").textValue()).toString())
                        .startsWith("fa017000-0000-4000-8000-");
        }
        JsonNode title = row.get(names.title());
        switch (fault) {
            case ROW_BAD_TITLE -> assertThat(title.isObject()).isTrue();
            case ROW_BAD_CREATED_AT ->
                assertThat(row.get("created_at").textValue()).isEqualTo("yesterday");
            case ROW_BAD_TEXT -> {
                assertThat(title.textValue()).contains("\u0000").contains("\ud83d end");
                assertThat(row.get(names.description()).textValue())
                        .contains("\u0000")
                        .contains("\ud83d end");
                assertThat(body).contains("\\u0000 \\ud83d");
            }
            case ROW_HUGE ->
                assertThat(row.get(names.description()).textValue()).hasSize(5_000_000);
            case ROW_UNKNOWN_FIELD -> assertThat(row.has("unheard_of")).isTrue();
            default -> assertThat(title.textValue()).startsWith("Fault " + fault.script());
        }
    }

    static Stream<Arguments> nonJsonFaults() {
        return table(Fault.ROW_NAN, Fault.ROW_CONTROL, Fault.ROW_BAD_BYTES);
    }

    @ParameterizedTest
    @MethodSource("nonJsonFaults")
    void invalidRowIsNoJsonAndTheRestOfThePageIsUnchanged(Fault fault, Endpoint endpoint) throws Exception {
        CALLS.sandbox.faults(FaultRule.of(fault).on(endpoint));
        byte[] page = CALLS.send(
                        CALLS.to(endpoint.path())
                                .header("X-Api-Key", Sandbox.TEST_KEY)
                                .POST(HttpRequest.BodyPublishers.ofString("{\"batch_size\":9}")),
                        HttpResponse.BodyHandlers.ofByteArray())
                .body();

        String text = new String(page, StandardCharsets.ISO_8859_1);
        String bad =
                switch (fault) {
                    case ROW_NAN -> ":NaN,\"max\":-Infinity";
                    case ROW_CONTROL -> "\n\tof two lines";
                    default -> " caf\u00e9\"";
                };
        assertThat(text).containsOnlyOnce(bad);
        String repaired = text.replace("NaN", "0").replace("-Infinity", "0").replace("\n\t", " ");
        JsonNode rows = Calls.MAPPER
                .readTree(repaired.replace("caf\u00e9", "cafe"))
                .get(PageFields.of(endpoint).rows());
        assertThat(rows).hasSize(10);
        assertThat(rows.get(4).get("id").textValue()).startsWith("fa017000-");
    }

    @Test
    void invalidRowIsAlsoAddedToAnEmptyPage() throws Exception {
        CALLS.sandbox.faults(FaultRule.of(Fault.ROW_UNKNOWN_FIELD));

        JsonNode page = CALLS.feed("{\"sources\":[\"none\"]}");

        assertThat(page.get("jobs")).singleElement().matches(row -> row.has("unheard_of") && row.has("created_at"));
    }

    @Test
    void invalidRowIsAlsoCompressed() throws Exception {
        CALLS.sandbox.faults(FaultRule.of(Fault.ROW_HUGE));

        HttpResponse<byte[]> response = CALLS.send(
                CALLS.to("/api/jobs/feed")
                        .header("X-Api-Key", Sandbox.TEST_KEY)
                        .header("Accept-Encoding", "gzip")
                        .POST(BodyPublishers.ofString("{\"batch_size\":1}")),
                BodyHandlers.ofByteArray());

        assertThat(response.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(response.body().length).isBetween(10_000, 1_000_000);
    }

    @ParameterizedTest
    @EnumSource
    void everyFaultHasANameAndATest(Fault fault) {
        assertThat(fault.script()).matches("[a-z0-9_]+");
        assertThat(Fault.named(fault.script())).isEqualTo(fault);
        Stream<Fault> tabled = DOCUMENTED.stream()
                .map(documented ->
                        Fault.named(documented.rule().json().get("fault").textValue()));
        Stream<Fault> single = Stream.of(
                Fault.NOT_FOUND, Fault.CURSOR_RESTART, Fault.DROPPED, Fault.LOST, Fault.TRUNCATED, Fault.DELAY);
        // JobbyFaultsTest has these
        Stream<Fault> jobby = Stream.of(Fault.JOBBY_ERROR, Fault.WRONG_SIGNATURE, Fault.OLD_TIMESTAMP, Fault.REPEATED);
        Stream<Fault> paged = Stream.of(
                        pageFaults(), rowFaults(), nonJsonFaults(), pagedEndpoints(), endlessFaults(), idFaults())
                .flatMap(table -> table)
                .map(arguments -> (Fault) arguments.get()[0]);
        assertThat(Stream.of(tabled, single, jobby, paged).flatMap(faults -> faults))
                .contains(fault);
    }
}
