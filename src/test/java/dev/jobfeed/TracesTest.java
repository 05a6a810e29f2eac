package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.jobfeed.sandbox.Sandbox;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a process that sends traces by OpenTelemetry's own settings. */
@Tag("processes")
class TracesTest {

    @TempDir
    Path directory;

    @Test
    void attemptIsTracedFromRouteToCallWithoutTheKey() throws Exception {
        List<String> received = new CopyOnWriteArrayList<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            received.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try (ProcessFixture fixture = ProcessFixture.of("h2", directory)
                .with(
                        "otel.exporter.otlp.endpoint",
                        "http://127.0.0.1:" + collector.getAddress().getPort())) {
            JobfeedProcess sync = fixture.start("sync", "jobs");

            assertThat(sync.exitCode()).as(sync.err()).isZero();

            assertThat(String.join("", received))
                    .contains("service.name", "jobfeed", "jobs-sync", "feed-fetch-page", "jobo-http-call", "jobo-http")
                    .doesNotContain(Sandbox.TEST_KEY);
        } finally {
            collector.stop(0);
        }
    }
}
