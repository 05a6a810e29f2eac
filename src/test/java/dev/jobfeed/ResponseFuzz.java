package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.jobfeed.api.RateLimitHeaders;
import dev.jobfeed.api.ResponseLimits;
import dev.jobfeed.api.RetryAfterParser;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.feed.RecordSchema;
import dev.jobfeed.feed.Responses;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.BasicHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Parses responses that Jazzer generates from the seeds, guided by code coverage, with the parsers of the routes, from
 * the status line on. Some of them also go through the routes into a database. Runs for a minute before packaging, and
 * for an hour with {@code -Pfuzz}. Findings become seeds, which {@link AnyResponseTest} repeats.
 */
class ResponseFuzz {

    /** Limits attempts, which take a thousand times as long as parsing. */
    private static final int ATTEMPT_EVERY = 1_000;

    private static final JsonFactory LENIENT = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(100_000).build())
            .build();

    private static final String URL = "http://127.0.0.1/api/jobs/feed";

    private static AnyResponse attempts;
    private static CloseableHttpClient client;
    private static volatile byte[] answer = {};

    private int count;

    @BeforeAll
    static void start() throws Exception {
        attempts = new AnyResponse();
        client = HttpClients.custom()
                .setConnectionManager(new BasicHttpClientConnectionManager(
                        new DefaultHttpClientConnectionOperator(
                                proxy -> new AnsweringSocket(), null, null, scheme -> null),
                        ManagedHttpClientConnectionFactory.builder()
                                .http1Config(ResponseLimits.HEAD)
                                .build()))
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableRedirectHandling()
                .disableCookieManagement()
                .addExecInterceptorFirst("bounds", new ResponseLimits(1_000_000, Duration.ofSeconds(30)))
                .build();
    }

    /** Simulates an answered connection; thousands of real ones a second would test the kernel. */
    private static final class AnsweringSocket extends Socket {

        private final InputStream in = new ByteArrayInputStream(answer);

        @Override
        public void connect(SocketAddress server, int timeout) {}

        @Override
        public InputStream getInputStream() {
            return in;
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public boolean isConnected() {
            return true;
        }
    }

    @AfterAll
    static void stop() throws Exception {
        client.close();
        attempts.close();
    }

    @FuzzTest
    void anyResponse(byte[] bytes) throws Exception {
        if (bytes.length < 2) {
            return;
        }
        if (++count % ATTEMPT_EVERY == 0) {
            attempts.check(bytes);
        }
        answer = Arrays.copyOfRange(bytes, 1, bytes.length);
        int kind = bytes[0] % 6;
        if (kind == 5) {
            attempts.received(answer);
            return;
        }
        try {
            client.execute(new HttpGet(URL), response -> {
                read(kind, response);
                return null;
            });
        } catch (IOException e) {
            AnyResponse.known(e);
        }
    }

    private static void read(int kind, ClassicHttpResponse response) throws IOException {
        byte[] body = response.getEntity() == null
                ? new byte[0]
                : response.getEntity().getContent().readAllBytes();
        Map<String, String> headers = new TreeMap<>();
        for (Header header : response.getHeaders()) {
            headers.put(header.getName(), header.getValue());
        }
        RateLimitHeaders.next(
                headers.get("X-RateLimit-Limit"),
                headers.get("X-RateLimit-Remaining"),
                headers.get("X-RateLimit-Reset"),
                Instant.EPOCH,
                Instant.EPOCH);
        if (response.getCode() >= 300) {
            String text = new String(body, StandardCharsets.UTF_8);
            assertThat(body).hasSizeLessThanOrEqualTo(65_536);
            RetryAfterParser.of(headers, text, Instant.EPOCH)
                    .ifPresent(wait -> assertThat(wait).isBetween(Duration.ZERO, Duration.ofDays(365)));
            AnyResponse.known(new HttpOperationFailedException(URL, response.getCode(), "", "", headers, text));
        } else if (kind == 1) {
            Responses.idPage(new ByteArrayInputStream(body));
        } else if (kind == 0 || kind == 2) {
            RecordSchema shape = kind == 0 ? RecordSchema.JOB : RecordSchema.CAREER_SITE;
            FeedPage page = Responses.feedPage(new ByteArrayInputStream(body), shape);
            assertThat(page.rows().size() + page.rejected().size() + page.duplicates())
                    .isEqualTo(page.received())
                    .isEqualTo(items(body, shape.array()));
            FeedPage unparsed = Responses.unparsedFeedPage(new ByteArrayInputStream(body), shape);
            assertThat(FeedResponseParser.parse(unparsed, row -> true, shape))
                    .usingRecursiveComparison()
                    .ignoringCollectionOrderInFields("rows", "rejected")
                    .isEqualTo(page);
        } else {
            FeedResponseParser.object(new ByteArrayInputStream(body));
        }
    }

    /** Counts the members of an array in a response with an independent parser. */
    private static int items(byte[] body, String array) throws IOException {
        int items = 0;
        try (JsonParser parser = LENIENT.createParser(new String(body, StandardCharsets.UTF_8))) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isCounted = parser.currentName().equals(array);
                if (parser.nextToken() == JsonToken.START_ARRAY && isCounted) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        items++;
                        parser.skipChildren();
                    }
                }
                parser.skipChildren();
            }
        }
        return items;
    }
}
