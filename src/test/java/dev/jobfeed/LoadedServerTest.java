package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.sandbox.Endpoint;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the port of {@code run} under continuous load. */
@Tag("processes")
class LoadedServerTest {

    private static final int POSTS = 80;
    private static final int VIEWERS = 60;
    private static final String SIGNATURE = "t=1700000000,v1=" + "0".repeat(64);

    @TempDir
    Path directory;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<Socket> posts = new ArrayList<>();
    private ProcessFixture fixture;
    private PausableProxy database;
    private JobfeedProcess run;
    private URI address;

    @BeforeEach
    void start() throws Exception {
        String direct = PostgresServer.newDatabase();
        database = PausableProxy.to(PostgresServer.port(direct));
        fixture = ProcessFixture.over(PostgresServer.atPort(direct, database.port()), directory)
                .with("jobfeed.http.port", "0")
                .with("jobfeed.jobs.schedule", "* * * * * ?")
                .with("jobby.webhook-secret", "jbb_whsec_nosecretnosecretnosecretno22");
    }

    private void run() throws Exception {
        run = fixture.start("run");
        run.awaitErr("running;");
        Matcher page = Pattern.compile("http://127\\.0\\.0\\.1:\\d+").matcher(run.err());
        assertThat(page.find()).as(run.err()).isTrue();
        address = URI.create(page.group());
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket post : posts) {
            post.close();
        }
        database.resume();
        fixture.close();
        database.close();
    }

    @Test
    void healthAndMetricsRespondUnderLoad() throws Exception {
        ProcessFixture.BlockedRequest page = fixture.blockRequest(Endpoint.JOBS_FEED, 2);
        run();
        page.awaitRequest();
        database.pauseAfter(0);
        for (int i = 0; i < POSTS; i++) {
            posts.add(post(SIGNATURE));
        }
        List<CompletableFuture<HttpResponse<String>>> viewers = new ArrayList<>();
        for (int i = 0; i < VIEWERS; i++) {
            viewers.add(client.sendAsync(request("/api/v1/status"), HttpResponse.BodyHandlers.ofString()));
        }

        // requests that are not admitted are rejected at once
        await().atMost(JobfeedProcess.DEADLINE)
                .until(() -> viewers.stream().filter(CompletableFuture::isDone).count() > VIEWERS / 2);
        assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(get("/observe/metrics").statusCode()).isEqualTo(200);
        await().atMost(JobfeedProcess.DEADLINE)
                .until(() -> get("/observe/health/ready").statusCode() == 503);
        assertThat(get("/observe/health/ready").body()).contains("has not answered for");
        assertThat(get("/").statusCode()).isEqualTo(200);

        // all responses arrived while the others were still waiting
        assertThat(viewers.stream().filter(viewer -> !viewer.isDone()).count()).isPositive();
        assertThat(viewers.stream().filter(CompletableFuture::isDone).map(viewer -> viewer.join()
                        .statusCode()))
                .containsOnly(503);

        database.resume();
        page.release();
        await().atMost(JobfeedProcess.DEADLINE)
                .until(() -> get("/observe/health/ready").statusCode() == 200);
        run.awaitErr("run 1 of jobs succeeded");
        assertThat(get("/api/v1/status").statusCode()).isEqualTo(200);
    }

    @Test
    void unsignedWebhookIsRejectedBeforeItsBodyAndASlowOneAfterTheTimeout() throws Exception {
        run();
        Socket slow = post(SIGNATURE);
        posts.add(slow);

        for (String signature : List.of("", "nonsense", "t=1,v1=00")) {
            Socket unsigned = post(signature);
            posts.add(unsigned);
            assertThat(statusLine(unsigned)).contains(" 401 ");
        }

        assertThat(statusLine(slow)).contains(" 408 ");
        assertThat(slow.getInputStream().readAllBytes()).isNotNull();
    }

    @Test
    void idleConnectionsAreClosed() throws Exception {
        fixture.with("jobfeed.http.idle-timeout", "1s");
        run();
        Socket idle = new Socket(address.getHost(), address.getPort());
        posts.add(idle);
        Socket keptAlive = new Socket(address.getHost(), address.getPort());
        posts.add(keptAlive);
        keptAlive
                .getOutputStream()
                .write("GET /observe/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));

        assertThat(idle.getInputStream().readAllBytes()).isEmpty();
        assertThat(new String(keptAlive.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("HTTP/1.1 200");
    }

    @Test
    void wrongTokensAreRateLimitedAndLoggedOnce() throws Exception {
        run();
        List<Integer> answers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            answers.add(client.send(
                            HttpRequest.newBuilder(address.resolve("/api/v1/actions/pause"))
                                    .header("Authorization", "Bearer wrong-token-" + i)
                                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode());
        }

        assertThat(answers.subList(0, 10)).containsOnly(401);
        assertThat(answers.subList(10, 30)).containsOnly(429);
        assertThat(run.err().lines().filter(line -> line.contains("wrong console tokens")))
                .singleElement()
                .asString()
                .contains("WARN", "127.0.0.1");
        assertThat(get("/api/v1/status").statusCode()).isEqualTo(200);
    }

    /** Sends the first byte of a webhook only. */
    private Socket post(String signature) throws IOException {
        Socket socket = new Socket(address.getHost(), address.getPort());
        socket.getOutputStream()
                .write(("POST /jobby/webhooks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                + "Jobbydev-Signature: " + signature + "\r\nContent-Length: 1000\r\n\r\n{")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String statusLine(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != -1 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(request(path), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(address.resolve(path)).build();
    }
}
