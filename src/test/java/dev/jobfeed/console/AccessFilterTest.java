package dev.jobfeed.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.jobfeed.config.ConsoleSettings;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests which requests may read, and which may act. The token is configured, so that no database is opened. */
class AccessFilterTest {

    private static final String TOKEN = "a-token-of-20-letters";
    private static final String ACTION = "/api/v1/actions/sync";

    private final Map<String, String> properties = new HashMap<>(Map.of("jobfeed.http.token", TOKEN));
    private final Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    private AccessFilter filter;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:8080",
                "http://LOCALHOST",
                "http://jobfeed.localhost",
                "http://127.0.0.1:8080",
                "http://10.1.2.3",
                "http://[::1]:8080",
                "https://jobs.example.com",
                "https://second.example.com"
            })
    void knownHostMayRead(String server) {
        properties.put("jobfeed.http.hosts", "jobs.example.com, Second.example.com");

        assertThatCode(() -> readFile("GET", server)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://evil.example.com",
                "http://localhost.example.com",
                "http://127.0.0.1.example.com",
                "http://sub.jobs.example.com"
            })
    void unknownHostMayNotRead(String server) {
        properties.put("jobfeed.http.hosts", "jobs.example.com");

        assertStatus(421, () -> readFile("GET", server));
        assertStatus(421, () -> act(server, Map.of()));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "http://local host/")
    void invalidUrlIsRejected(String url) {
        exchange.getMessage().setHeader(Exchange.HTTP_URL, url);

        assertStatus(400, () -> filter().checkFile(exchange));
    }

    @ParameterizedTest
    @CsvSource({"GET,true", "HEAD,true", "POST,false", "DELETE,false"})
    void fileAllowsReadingOnly(String method, boolean allowed) {
        if (allowed) {
            assertThatCode(() -> readFile(method, "http://localhost")).doesNotThrowAnyException();
        } else {
            assertStatus(405, () -> readFile(method, "http://localhost"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer " + TOKEN, "bearer " + TOKEN, "BEARER   " + TOKEN + " "})
    void tokenAllowsAnAction(String header) {
        act("http://localhost", Map.of("Authorization", header));

        assertThat(exchange.getVariable("consoleAction")).isEqualTo("sync");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                TOKEN,
                "Basic " + TOKEN,
                "Bearer another-token-of-20-letters",
                "Bearer " + TOKEN + "x",
                "Bearer A-TOKEN-OF-20-LETTERS"
            })
    void actionWithoutTheTokenIsRejected(String header) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Authorization", header);

        assertStatus(401, () -> act("http://localhost", headers));
        assertThat(exchange.getVariable("consoleAction")).isNull();
    }

    @Test
    void clientAfterManyWrongTokensIsRejectedEvenWithTheRightOne() {
        Map<String, String> wrong = Map.of("Authorization", "Bearer wrong");
        for (int i = 0; i < TokenFailures.MOST; i++) {
            assertStatus(401, () -> act("http://localhost", wrong));
        }

        assertStatus(429, () -> act("http://localhost", authorized()));
    }

    @ParameterizedTest
    @CsvSource({
        "http://localhost:8080,true",
        "https://LOCALHOST:8080,true",
        "http://localhost:8081,false",
        "http://localhost,false",
        "http://evil.example.com:8080,false",
        "null,false",
        "http://local host,false"
    })
    void browserActionNeedsTheOriginOfThisServer(String origin, boolean allowed) {
        Map<String, String> headers = authorized();
        headers.put("Origin", origin);

        assertAction(headers, allowed);
    }

    @ParameterizedTest
    @CsvSource({"same-origin,true", "none,true", "same-site,false", "cross-site,false"})
    void crossSiteActionIsRejected(String site, boolean allowed) {
        Map<String, String> headers = authorized();
        headers.put("Sec-Fetch-Site", site);

        assertAction(headers, allowed);
    }

    @Test
    void actionWithAQueryIsRejected() {
        exchange.getMessage().setHeader(Exchange.HTTP_QUERY, "stream=jobs");

        assertStatus(400, () -> act("http://localhost", authorized()));
    }

    @Test
    void weakTokenDisablesActions() {
        properties.put("jobfeed.http.token", "short");

        HttpProblemException off =
                assertStatus(403, () -> act("http://localhost", Map.of("Authorization", "Bearer short")));
        assertThat(off).hasMessageContaining("fewer than 16 characters");
    }

    @Test
    void publicServerNeedsAConfiguredToken() {
        properties.remove("jobfeed.http.token");
        properties.put("jobfeed.http.host", "0.0.0.0");

        HttpProblemException off = assertStatus(403, () -> act("http://localhost", authorized()));
        assertThat(off).hasMessageContaining("jobfeed.http.host is 0.0.0.0");
    }

    @Test
    void unknownPathIsNotFoundAndAnotherMethodNotAllowed() {
        assertStatus(404, () -> request("GET", "http://localhost", "/api/v1/nothing", Map.of()));
        assertStatus(405, () -> request("GET", "http://localhost", ACTION, Map.of()));
    }

    private void assertAction(Map<String, String> headers, boolean allowed) {
        if (allowed) {
            assertThatCode(() -> act("http://localhost:8080", headers)).doesNotThrowAnyException();
        } else {
            assertStatus(403, () -> act("http://localhost:8080", headers));
        }
    }

    private static HttpProblemException assertStatus(int status, Runnable request) {
        HttpProblemException problem = catchThrowableOfType(HttpProblemException.class, request::run);
        assertThat(problem).isNotNull();
        assertThat(problem.getStatus()).isEqualTo(status);
        return problem;
    }

    private static Map<String, String> authorized() {
        return new HashMap<>(Map.of("Authorization", "Bearer " + TOKEN));
    }

    private void readFile(String method, String server) {
        exchange.getMessage().setHeader(Exchange.HTTP_METHOD, method);
        exchange.getMessage().setHeader(Exchange.HTTP_URL, server + "/");
        filter().checkFile(exchange);
    }

    private void act(String server, Map<String, String> headers) {
        request("POST", server, ACTION, headers);
    }

    private void request(String method, String server, String path, Map<String, String> headers) {
        exchange.getMessage().setHeader(Exchange.HTTP_METHOD, method);
        exchange.getMessage().setHeader(Exchange.HTTP_URL, server + path);
        exchange.getMessage().setHeader(Exchange.HTTP_PATH, path);
        headers.forEach(exchange.getMessage()::setHeader);
        filter().check(exchange);
    }

    private AccessFilter filter() {
        if (filter == null) {
            JobfeedProperties settings = JobfeedProperties.over(name -> Optional.ofNullable(properties.get(name)));
            Tenant tenant = new Tenant(
                    "", settings, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
            filter = new AccessFilter(
                    new ConsoleSettings(settings),
                    new AccessToken(tenant, Clock.systemUTC()),
                    new OpenApiContract(),
                    null);
        }
        return filter;
    }
}
