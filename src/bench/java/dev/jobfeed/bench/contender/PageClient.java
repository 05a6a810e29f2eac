package dev.jobfeed.bench.contender;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.zip.GZIPInputStream;

/** Requests compressed pages of the feed with the JDK's HttpClient. */
final class PageClient {

    private static final int BUFFER = 65_536;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final PageReader reader;
    private final URI feed;
    private final String key;

    PageClient(String baseUrl, String key, boolean hashes) {
        this.reader = new PageReader(hashes);
        this.feed = URI.create(baseUrl + "/api/jobs/feed");
        this.key = key;
    }

    /**
     * Fetches a page.
     *
     * @param cursor null for the first page
     */
    Page fetch(String cursor) throws IOException, InterruptedException {
        String body = cursor == null ? "{\"batch_size\":1000}" : "{\"batch_size\":1000,\"cursor\":\"" + cursor + "\"}";
        HttpRequest request = HttpRequest.newBuilder(feed)
                .timeout(Duration.ofSeconds(120))
                .header("X-Api-Key", key)
                .header("Content-Type", "application/json")
                .header("Accept-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream stream = response.body()) {
            if (response.statusCode() != 200) {
                throw new IOException("The feed answered " + response.statusCode());
            }
            boolean isCompressed = response.headers()
                    .firstValue("Content-Encoding")
                    .filter("gzip"::equals)
                    .isPresent();
            return reader.read(isCompressed ? new GZIPInputStream(stream, BUFFER) : stream);
        }
    }
}
