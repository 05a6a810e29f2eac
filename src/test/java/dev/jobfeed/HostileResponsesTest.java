package dev.jobfeed;

import static dev.jobfeed.HostileServer.answer;
import static dev.jobfeed.HostileServer.ascii;
import static dev.jobfeed.HostileServer.repeat;
import static dev.jobfeed.HostileServer.stream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.HostileServer.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests responses that would fill the memory, with processes of 256 MB. Each try of a request gets another response.
 */
@Tag("processes")
class HostileResponsesTest {

    private static final long MANY = 10_000_000;
    private static final long MB_300 = 300L << 20;
    private static final String END = ",\"next_cursor\":null,\"has_more\":false}";
    private static final Reply EMPTY = answer("{\"jobs\":[],\"job_ids\":[]" + END);

    @TempDir
    private Path directory;

    private final Queue<Reply> replies = new ConcurrentLinkedQueue<>();
    private HostileServer server;

    @BeforeEach
    void start() throws IOException {
        server = HostileServer.start(path -> Objects.requireNonNullElse(replies.poll(), EMPTY));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void oversizedResponsesAreMalformed() throws Exception {
        String err = sync(
                body("{\"jobs\":[", "{\"title\":\"" + "x".repeat(100_000) + "\"},", 100_000, "]" + END),
                body("", " ", 10L << 30, ""),
                body("{\"jobs\":[{}", ",{}", MANY, "]" + END),
                body("{\"jobs\":[],\"has_more\":true,\"next_cursor\":\"", "c", 50L << 20, "\"}"),
                client -> {
                    client.write(ascii("HTTP/1.1 200 OK\r\n"));
                    repeat(client, "X-Some: " + "x".repeat(8_000) + "\r\n", 5_000);
                },
                body("{\"jobs\":[{\"id\":\"", "x", MB_300, "\"}]" + END));

        assertThat(err)
                .contains(
                        "longer than 33554432 bytes (jobo.http.max-answer-bytes)",
                        "more than 2000 jobs",
                        "longer than 8388608 bytes",
                        "more than 200 headers");
    }

    @Test
    void oversizedRowsAreMalformed() throws Exception {
        String err = sync(
                body("{\"jobs\":[{\"id\":", "9", MB_300, "}]" + END),
                body("{\"jobs\":[{\"", "n", MB_300, "\":1}]" + END),
                body("{\"jobs\":[{\"deep\":", "[", MB_300, ""),
                names("{\"jobs\":[{"),
                body("{\"jobs\":[{\"id\":\"", "\u00ff", MB_300, "\"}]" + END),
                stream(500, "", client -> repeat(client, "{\"message\":\"", MB_300)));

        assertThat(err)
                .contains(
                        "longer than 8388608 bytes",
                        "nesting depth (100001) exceeds the maximum allowed (100000)",
                        "Token count (1000001) exceeds the maximum allowed (1000000)",
                        "Jobo answered 500 with a body longer than 65536 bytes");
    }

    @Test
    void oversizedSweepResponsesAreMalformed() throws Exception {
        run(0);
        String id = "\"6f0c4f9e-0000-4000-8000-000000000000\"";
        String err = sync(
                body("{\"job_ids\":[" + id, "," + id, MANY, "]" + END),
                body("{\"job_ids\":[\"", "x", MB_300, "\"]" + END),
                body("{\"job_ids\":[", "9", MB_300, "]" + END),
                names("{"),
                body("{\"job_ids\":[\"", "\u00ff", MB_300, "\"]" + END),
                body("{\"job_ids\":[", "[", MB_300, ""));

        assertThat(err)
                .contains(
                        "more than 20000 job_ids",
                        "String value length (8",
                        "Token count (1000001)",
                        "bytes that are not UTF-8",
                        "nesting depth (100001)");
    }

    /** Runs an attempt whose request gets these responses in order; the last one is its result. */
    private String sync(Reply... answers) throws Exception {
        replies.addAll(List.of(answers));
        return run(1);
    }

    private String run(int exitCode) throws Exception {
        try (JobfeedProcess process = JobfeedProcess.in(
                directory,
                List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError"),
                Map.of(
                        "jobo.base-url",
                        server.url(),
                        "jobo.api-key",
                        "jbe_test_key",
                        "jobo.retry.time-scale",
                        "0.001",
                        "jobfeed.datasource.url",
                        "jdbc:h2:file:" + directory.resolve("jobs")),
                "sync",
                "jobs")) {
            assertThat(process.exitCode()).as(process.err()).isEqualTo(exitCode);
            assertThat(process.err()).doesNotContain("OutOfMemory", "StackOverflow", "internal");
            return process.err();
        }
    }

    private static Reply body(String begin, String repeated, long times, String end) {
        return stream(200, "Content-Encoding: gzip\r\n", client -> {
            try (GZIPOutputStream packed = new GZIPOutputStream(client)) {
                packed.write(ascii(begin));
                repeat(packed, repeated, times);
                packed.write(ascii(end));
            }
        });
    }

    /** Returns members with distinct names. */
    private static Reply names(String begin) {
        return stream(200, "", client -> {
            client.write(ascii(begin));
            StringBuilder block = new StringBuilder();
            for (int i = 0; i < MANY; i++) {
                block.append('"').append(Integer.toString(i, 36)).append("\":1,");
                if (block.length() > 32_768) {
                    client.write(ascii(block.toString()));
                    block.setLength(0);
                }
            }
        });
    }
}
