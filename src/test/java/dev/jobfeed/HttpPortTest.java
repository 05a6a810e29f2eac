package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobfeed.cli.CommandResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests which command listens on which port. */
@Tag("processes")
class HttpPortTest {

    @TempDir
    Path directory;

    private ProcessFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = ProcessFixture.of("h2", directory);
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void runReportsItsFreePortAndOtherCommandsWorkInParallel() throws Exception {
        fixture.with("jobby.base-url", fixture.sandbox.jobby().baseUrl());
        JobfeedProcess run = fixture.start("run");
        run.awaitErr("running;");

        Matcher page =
                Pattern.compile("console at http://127\\.0\\.0\\.1:(\\d+)/").matcher(run.err());
        assertThat(page.find()).as(run.err()).isTrue();
        new Socket("127.0.0.1", Integer.parseInt(page.group(1))).close();

        assertThat(fixture.run("sync", "jobs", "--estimate").out()).contains("the next run (");
        assertThat(fixture.run("jobby", "events").exitCode()).isZero();
        CommandResult resync = fixture.run("resync", "jobs");
        assertThat(resync.exitCode()).isEqualTo(3);
        assertThat(resync.err())
                .contains("Another process holds the H2 file " + directory.resolve("jobs.mv.db"))
                .contains("The resync request is stored");
    }

    @Test
    void runDoesNotListenWithADisabledPort() throws Exception {
        int port = freePort();
        fixture.with("jobfeed.http.port", Integer.toString(port)).with("jobfeed.http.enabled", "false");

        JobfeedProcess run = fixture.start("run");
        run.awaitErr("running;");

        assertThat(run.err()).doesNotContain("console at");
        assertThatThrownBy(() -> new Socket("127.0.0.1", port).close()).isInstanceOf(ConnectException.class);
    }

    @Test
    void takenPortEndsRunOnly() {
        int port = fixture.sandbox.port();
        fixture.with("jobfeed.http.port", Integer.toString(port));

        CommandResult run = fixture.run("run");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("jobfeed: Port " + port + " on 127.0.0.1 cannot be listened on")
                .contains("jobfeed.http.port", "JOBFEED_HTTP_PORT", "jobfeed.http.enabled=false");
        assertThat(fixture.run("sync", "jobs").exitCode()).isZero();
    }

    @Test
    void secondSandboxReportsTheTakenPortAndTheOption() {
        int takenPort = fixture.sandbox.port();
        fixture.with("jobfeed.http.port", "8123");

        CommandResult run = fixture.run("run", "--sandbox-port", Integer.toString(takenPort));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("Port " + takenPort + " on 127.0.0.1 is taken")
                .contains("http://127.0.0.1:8123/", "--sandbox-port " + (takenPort + 1), "JOBFEED_HTTP_PORT=8124");
    }

    @Test
    void webhooksRequireAPort() {
        fixture.with("jobfeed.http.enabled", "false").with("jobby.webhook-secret", "jbb_whsec_secret");

        CommandResult run = fixture.run("run");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith("jobfeed: jobfeed.http.enabled is false, and jobby.webhook-secret is set")
                .doesNotContain("jbb_whsec_secret");
    }

    @Test
    void responsesAreCompressedForClientsThatAcceptIt() throws Exception {
        JobfeedProcess run = fixture.start("run");
        run.awaitErr("running;");
        Matcher page =
                Pattern.compile("console at (http://127\\.0\\.0\\.1:\\d+/)").matcher(run.err());
        assertThat(page.find()).as(run.err()).isTrue();

        for (String path : List.of("", "web/main.js", "api/v1/status", "observe/metrics")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(page.group(1) + path))
                    .header("Accept-Encoding", "gzip")
                    .build();
            HttpResponse<byte[]> response =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofByteArray());
            assertThat(response.headers().firstValue("Content-Encoding"))
                    .as(path)
                    .contains("gzip");
            assertThat(new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes())
                    .as(path)
                    .hasSizeGreaterThan(response.body().length);
        }
    }

    @Test
    void portDoesNotSupportHttp2() throws Exception {
        JobfeedProcess run = fixture.start("run");
        run.awaitErr("running;");
        Matcher page =
                Pattern.compile("console at http://127\\.0\\.0\\.1:(\\d+)/").matcher(run.err());
        assertThat(page.find()).as(run.err()).isTrue();
        int port = Integer.parseInt(page.group(1));

        String settings = "\0\0\0\4\0\0\0\0\0";
        assertThat(begin(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings))
                .as("HTTP/1.1 error to a client with prior knowledge of HTTP/2")
                .isEqualTo("HTTP/2.0 501");
        assertThat(begin(
                        port,
                        "GET /observe/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                                + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"))
                .as("response to a client that requests an upgrade")
                .isEqualTo("HTTP/1.1 200");
    }

    private static String begin(int port, String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout((int) JobfeedProcess.DEADLINE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readNBytes("HTTP/1.1 200".length()), StandardCharsets.ISO_8859_1);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
