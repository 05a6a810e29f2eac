package dev.jobfeed;

import static dev.jobfeed.HostileServer.answer;
import static dev.jobfeed.HostileServer.ascii;
import static dev.jobfeed.HostileServer.repeat;
import static dev.jobfeed.HostileServer.stream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.jobfeed.HostileServer.Reply;
import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.jobby.JobbyProblemTranslator;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the limits of a response, on each way to the APIs. */
class ResponseLimitsTest {

    private static final String EMPTY_PAGE =
            "{\"jobs\":[],\"career_sites\":[],\"job_ids\":[],\"next_cursor\":null,\"has_more\":false}";

    private final CountDownLatch stopped = new CountDownLatch(1);
    private SyncFixture fixture;
    private HostileServer server;

    @AfterEach
    void stop() {
        stopped.countDown();
        if (fixture != null) {
            fixture.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private void start(HostileServer.Script script) throws Exception {
        server = HostileServer.start(script);
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(1))
                .with("jobo.base-url", server.url())
                .with("jobo.http.max-answer-bytes", "1000000")
                .with("jobo.retry.time-scale", "0.001");
    }

    /** Provides responses that exceed a limit or are invalid HTTP, and the message of the failure. */
    static Stream<Arguments> malformed() throws IOException {
        String headers = "more than 200 headers, or one longer than 16384 bytes";
        return Stream.of(
                arguments(
                        "many headers",
                        (Reply) client -> {
                            client.write(ascii("HTTP/1.1 200 OK\r\n"));
                            repeat(client, "X-Some: " + "x".repeat(8_000) + "\r\n", 5_000);
                        },
                        headers),
                arguments(
                        "endless header",
                        (Reply) client -> {
                            client.write(ascii("HTTP/1.1 200 OK\r\nX-Some: "));
                            repeat(client, "x", 1L << 40);
                        },
                        headers),
                arguments(
                        "endless headers",
                        (Reply) client -> {
                            client.write(ascii("HTTP/1.1 200 OK\r\n"));
                            repeat(client, "X-Some: x\r\n", 1L << 40);
                        },
                        headers),
                arguments(
                        "endless continued header",
                        (Reply) client -> {
                            client.write(ascii("HTTP/1.1 200 OK\r\nX-Some: x\r\n"));
                            repeat(client, " x\r\n", 1L << 40);
                        },
                        headers),
                arguments(
                        "endless status line",
                        (Reply) client -> {
                            client.write(ascii("HTTP/1.1 200 "));
                            repeat(client, "x", 1L << 40);
                        },
                        headers),
                arguments(
                        "no HTTP", (Reply) client -> repeat(client, "SSH-2.0-OpenSSH\u001b[2J\r\n", 1_000), "not HTTP"),
                arguments("status 0", (Reply) client -> client.write(ascii("HTTP/1.1 000 No\r\n\r\n{}")), "not HTTP"),
                arguments("endless body", stream(200, "", client -> repeat(client, " ", 1L << 40)), "max-answer-bytes"),
                arguments(
                        "endless chunks",
                        stream(
                                200,
                                "Transfer-Encoding: chunked\r\n",
                                client -> repeat(client, "5\r\n     \r\n", 1L << 40)),
                        "max-answer-bytes"),
                arguments(
                        "bad chunks",
                        stream(200, "Transfer-Encoding: chunked\r\n", client -> repeat(client, "what\r\n", 10)),
                        "not HTTP"),
                arguments(
                        "endless trailers",
                        stream(200, "Transfer-Encoding: chunked\r\n", client -> {
                            client.write(ascii("1\r\n \r\n0\r\n"));
                            repeat(client, "X-Some: x\r\n", 1L << 40);
                        }),
                        headers),
                arguments(
                        "gzip of 10 GB",
                        stream(200, "Content-Encoding: gzip\r\n", client -> {
                            try (GZIPOutputStream gzipped = new GZIPOutputStream(client)) {
                                repeat(gzipped, " ", 10L << 30);
                            }
                        }),
                        "max-answer-bytes"),
                arguments(
                        "no gzip",
                        answer(200, "Content-Encoding: gzip\r\n", EMPTY_PAGE.getBytes(StandardCharsets.UTF_8)),
                        "not valid gzip data"),
                arguments(
                        "half a gzip",
                        answer(200, "Content-Encoding: gzip\r\n", firstHalf(gzip(EMPTY_PAGE))),
                        "not valid gzip data"),
                arguments("empty gzip", answer(200, "Content-Encoding: gzip\r\n", new byte[0]), "not valid gzip data"),
                arguments(
                        "other packing",
                        answer(200, "Content-Encoding: br\r\n", new byte[] {1, 2}),
                        "content coding 'br'"));
    }

    /** Provides one response for each kind of limit; all are checked at the same place. */
    static Stream<Arguments> someMalformed() throws IOException {
        Set<Object> some = Set.of("endless headers", "endless body", "no gzip");
        return malformed().filter(one -> some.contains(one.get()[0]));
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream gzipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(gzipped)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return gzipped.toByteArray();
    }

    private static byte[] firstHalf(byte[] bytes) {
        return java.util.Arrays.copyOf(bytes, bytes.length / 2);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void feedResponseBeyondALimitIsMalformedAndRetried(String name, Reply reply, String expectedMessage)
            throws Exception {
        start(path -> reply);

        assertThat(catchThrowable(fixture::sync)).isNotNull();

        Run failed = fixture.run();
        assertThat(failed.status()).isEqualTo("open");
        assertThat(failed.lastError())
                .startsWith("Jobo's responses do not match the API")
                .contains(expectedMessage)
                .doesNotContain("\u001b");
        assertThat(fixture.alerts()).containsExactly("unreadable-answer");
        assertThat(server.heads()).hasSize(6);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("someMalformed")
    void otherEndpointsHaveTheSameLimits(String name, Reply reply, String expectedMessage) throws Exception {
        AtomicInteger requestCount = new AtomicInteger();
        start(path -> path.startsWith("/api/jobs/feed") ? page("{\"id\":\"" + UUID.randomUUID() + "\"}") : reply);
        Throwable careerSites = catchThrowable(fixture::syncCareerSites);
        fixture.with("jobo.jobs.filter.sources", "");
        Throwable sweep = catchThrowable(() -> {
            fixture.sync();
            requestCount.incrementAndGet();
            fixture.sync();
        });
        Throwable company = catchThrowable(() -> fixture.context()
                .createProducerTemplate()
                .requestBody("direct:company-profile", UUID.randomUUID().toString()));

        for (Throwable failure : new Throwable[] {careerSites, sweep, company}) {
            assertThat(ProblemTranslator.describe(failure)).contains(expectedMessage);
        }
        assertThat(requestCount).hasValue(1);
    }

    private static Reply page(String row) {
        return answer(EMPTY_PAGE.replace("\"jobs\":[]", "\"jobs\":[" + row + "]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("someMalformed")
    void jobbyResponsesHaveTheSameLimits(String name, Reply reply, String expectedMessage) throws Exception {
        server = HostileServer.start(path -> reply);
        try (JobbyFixture jobby = JobbyFixture.of("h2", JobbyOptions.builder())) {
            jobby.with("jobby.base-url", server.url() + "/api/v1")
                    .with("jobo.http.max-answer-bytes", "1000000")
                    .with("jobo.retry.time-scale", "0.001");

            Throwable failure =
                    catchThrowable(() -> jobby.send("direct:jobby-live-events", null, Map.of(), Object.class));

            assertThat(JobbyProblemTranslator.of(failure).text()).contains(expectedMessage);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 402, 500})
    void errorIsHandledByItsStatusHoweverLongItsBody(int status) throws Exception {
        String message = "{\"message\":\"";
        Reply gzipped = stream(status, "Content-Encoding: gzip\r\n", client -> {
            try (GZIPOutputStream out = new GZIPOutputStream(client)) {
                out.write(ascii(message));
                repeat(out, "x", 1L << 40);
            }
        });
        Reply plain = stream(status, "Content-Type: text/html; charset=none-such\r\n", client -> {
            client.write(ascii(message));
            repeat(client, "x", 1L << 40);
        });
        for (Reply reply : new Reply[] {gzipped, plain}) {
            stop();
            start(path -> reply);

            assertThat(catchThrowable(fixture::sync)).isNotNull();

            assertThat(fixture.run().lastError())
                    .startsWith("Jobo answered " + status + " with a body longer than 65536 bytes.");
            assertThat(server.heads()).hasSize(status == 500 ? 6 : 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Encoding: gzip\r\n", "Content-Encoding: br\r\n", "Transfer-Encoding: chunked\r\n"})
    void errorIsHandledByItsStatusIfItsBodyCannotBeRead(String header) throws Exception {
        start(path -> stream(403, header, client -> client.write(ascii("no"))));

        assertThat(catchThrowable(fixture::sync)).isNotNull();

        assertThat(fixture.run().lastError()).startsWith("Jobo answered 403. ");
        assertThat(server.heads()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nX-Some: ", "HTTP/1.1 200 OK\r\n\r\n"})
    void responseTimeoutIsRetriedLikeANetworkFailure(String begin) throws Exception {
        AtomicInteger requestCount = new AtomicInteger();
        Reply slow = client -> {
            client.write(ascii(begin));
            trickle(client);
        };
        start(path -> requestCount.incrementAndGet() == 1 ? slow : answer(EMPTY_PAGE));
        fixture.with("jobo.http.answer-timeout", "300ms");

        assertThat(fixture.sync().status()).isEqualTo("succeeded");

        assertThat(server.heads()).hasSize(2);
    }

    /** Sends single bytes, at intervals far below the response timeout. */
    private void trickle(java.io.OutputStream client) throws IOException {
        try {
            do {
                client.write(' ');
                client.flush();
            } while (!stopped.await(10, java.util.concurrent.TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void repeatedResponseTimeoutsEndTheAttemptAndNameTheProperty() throws Exception {
        start(path -> stream(200, "", this::trickle));
        fixture.with("jobo.http.answer-timeout", "100ms");

        assertThat(catchThrowable(fixture::sync)).isNotNull();

        assertThat(fixture.run().lastError()).contains("not complete after 0.1 s (jobo.http.answer-timeout)");
        assertThat(fixture.alerts()).containsExactly("unreachable");
        assertThat(server.heads()).hasSize(6);
    }

    @Test
    void cookiesAreIgnored() throws Exception {
        String cookies = "Set-Cookie: a=b; Path=/\r\nSet-Cookie: c=d; Expires=never; Domain=other.example\r\n";
        start(path -> answer(200, cookies, EMPTY_PAGE.getBytes(StandardCharsets.UTF_8)));

        fixture.sync();
        fixture.sync();

        assertThat(server.heads()).hasSizeGreaterThan(2).noneMatch(head -> head.contains("cookie"));
    }

    @Test
    void doctorHasTheSameLimits() throws Exception {
        server = HostileServer.start(
                path -> stream(401, "Set-Cookie: a=b\r\n", client -> repeat(client, "x", 1L << 40)));
        CommandResult endless = CommandResult.run(
                Map.of("jobo.base-url", server.url(), "jobfeed.datasource.url", "jdbc:h2:mem:doctor"), "doctor");
        server.close();
        server = HostileServer.start(path -> client -> repeat(client, "X-Some: x\r\n", 1L << 40));
        CommandResult headers = CommandResult.run(
                Map.of("jobo.base-url", server.url(), "jobfeed.datasource.url", "jdbc:h2:mem:doctor"), "doctor");

        assertThat(endless.out()).containsPattern("ok +api +http://127.0.0.1:\\d+ answers \\(401 without the key\\)");
        assertThat(headers.out()).containsPattern("failure +api ");
    }

    @Test
    void textOfTheServerIsEscaped() throws Exception {
        start(path -> answer(401, "", ascii("{\"message\":\"gone\\u001b[2J\\nrun 1 succeeded\"}")));

        assertThat(catchThrowable(fixture::sync)).isNotNull();

        String expected = "Jobo answered 401 (gone\\u001b[2J\\nrun 1 succeeded).";
        assertThat(fixture.run().lastError()).startsWith(expected);
        assertThat(fixture.one("select message from alert", String.class)).isEqualTo(expected);
    }
}
