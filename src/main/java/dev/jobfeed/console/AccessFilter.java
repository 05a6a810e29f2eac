package dev.jobfeed.console;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.api.ConcurrencyLimit;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.problem.ProblemTranslator;
import java.net.URI;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.util.ObjectHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Controls access to the console and its API: bean {@code jobfeedAccess}. */
public final class AccessFilter {

    private static final Logger LOG = LoggerFactory.getLogger(AccessFilter.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Host names that a foreign web page cannot make resolve to this server. */
    private static final Pattern SAFE_HOST =
            Pattern.compile("localhost|[a-z0-9.-]+\\.localhost|\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");

    /**
     * Limit of concurrent requests. More would wait for a database connection and occupy threads that the HTTP server
     * needs for health checks.
     */
    private static final int MAX_CONCURRENT = 12;

    private final ConcurrencyLimit limit = new ConcurrencyLimit(MAX_CONCURRENT);
    private final TokenFailures failures = new TokenFailures();
    private final JobfeedProperties settings;
    private final AccessToken token;
    private final OpenApiContract contract;

    public AccessFilter(JobfeedProperties settings, AccessToken token, OpenApiContract contract) {
        this.settings = settings;
        this.token = token;
        this.contract = contract;
    }

    /**
     * Checks a read request.
     *
     * @throws HttpProblemException with 503, 421, 405 or 400
     */
    public void checkRead(Exchange exchange) {
        checkHost(exchange);
        checkMethod(exchange, "GET, HEAD");
        Message message = exchange.getMessage();
        contract.parameters(message.getHeader(Exchange.HTTP_PATH, "", String.class))
                .ifPresent(described -> {
                    checkLoad(exchange);
                    QueryParameters.of(exchange).check(described);
                });
    }

    private void checkLoad(Exchange exchange) {
        if (!limit.enter(exchange)) {
            throw new HttpProblemException(
                    503, "This server is busy with " + MAX_CONCURRENT + " other requests. Try again in a second.");
        }
    }

    private static void checkMethod(Exchange exchange, String allowed) {
        String method = exchange.getMessage().getHeader(Exchange.HTTP_METHOD, "", String.class);
        if (!Arrays.asList(allowed.split(", ")).contains(method)) {
            throw HttpProblemException.method(method, allowed);
        }
    }

    /** Checks the host name, because a foreign page may have made a name of its own resolve to this server. */
    private void checkHost(Exchange exchange) {
        String host = uri(exchange).getHost();
        if (host == null || !isKnown(host.toLowerCase(Locale.ROOT))) {
            throw new HttpProblemException(
                    421,
                    "This server is not called " + host
                            + ". Use its address, localhost, or a name of jobfeed.http.hosts.");
        }
    }

    /**
     * Checks an action: it must come from the console's page or from a tool, and carry the token.
     *
     * @throws HttpProblemException with 503, 421, 405, 400, 403, 429 or 401
     */
    public void checkAction(Exchange exchange) {
        checkLoad(exchange);
        checkHost(exchange);
        checkMethod(exchange, "POST");
        Message message = exchange.getMessage();
        String query = message.getHeader(Exchange.HTTP_QUERY, String.class);
        if (query != null && !query.isEmpty()) {
            throw new HttpProblemException(400, "An action takes its parameters in its body, and no query.");
        }
        String site = message.getHeader("Sec-Fetch-Site", String.class);
        String origin = message.getHeader("Origin", String.class);
        if (site != null && !site.equals("same-origin") && !site.equals("none")
                || origin != null && !isOwn(origin, uri(exchange))) {
            throw new HttpProblemException(
                    403, "An action is taken from this server's own page, or by a tool; not from another.");
        }
        Optional<String> off = token.off();
        if (off.isPresent()) {
            throw new HttpProblemException(403, "Actions are off. " + off.get());
        }
        String client = client(message);
        failures.check(client);
        String given = Optional.ofNullable(message.getHeader("Authorization", String.class))
                .filter(value -> value.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(value -> value.substring(7).strip())
                .orElse("");
        if (!token.is(given)) {
            failures.add(client);
            throw new HttpProblemException(
                    401,
                    "An action needs the token that the log showed at the first start. If it is lost, set"
                            + " jobfeed.http.token (JOBFEED_HTTP_TOKEN), which replaces it.");
        }
    }

    /** Returns the client's address; empty if the HTTP server does not provide it. */
    private static String client(Message message) {
        return message.getHeader("CamelVertxPlatformHttpRemoteAddress", "", String.class)
                .replaceFirst(":\\d+$", "");
    }

    /** Creates the response to a rejected request. */
    public void toErrorResponse(Exchange exchange) {
        HttpProblemException problem = ObjectHelper.getException(
                HttpProblemException.class, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
        exchange.setVariable("consoleAllow", problem.getAllowed());
        setResponse(exchange, problem.getStatus(), problem.getMessage());
    }

    /** Creates the response to a failed request and logs the failure. */
    public void toFailureResponse(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        boolean databaseFailed = ObjectHelper.getException(DataAccessException.class, failure) != null
                || ObjectHelper.getException(TransactionException.class, failure) != null;
        LOG.warn(
                "{} was not answered. {}",
                exchange.getMessage().getHeader(Exchange.HTTP_PATH),
                ProblemTranslator.describe(failure));
        setResponse(exchange, databaseFailed ? 503 : 500, ProblemTranslator.describe(failure));
    }

    private static void setResponse(Exchange exchange, int status, String message) {
        exchange.setVariable("consoleStatus", status);
        exchange.getMessage()
                .setBody(JSON.createObjectNode()
                        .put("status", status)
                        .put("error", message)
                        .toString());
    }

    /**
     * Returns whether an origin is this server. Compares host and port only, because the scheme differs behind a proxy
     * with TLS.
     */
    private static boolean isOwn(String origin, URI requested) {
        try {
            URI from = URI.create(origin);
            return from.getHost() != null
                    && from.getHost().equalsIgnoreCase(requested.getHost())
                    && from.getPort() == requested.getPort();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private boolean isKnown(String host) {
        return SAFE_HOST.matcher(host).matches()
                || settings.text("jobfeed.http.hosts").stream()
                        .flatMap(names -> Arrays.stream(names.split(",")))
                        .map(name -> name.strip().toLowerCase(Locale.ROOT))
                        .anyMatch(host::equals);
    }

    /** Returns the URL of the request line, which no header or parameter can override. */
    private static URI uri(Exchange exchange) {
        try {
            return URI.create(exchange.getMessage().getHeader(Exchange.HTTP_URL, String.class));
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new HttpProblemException(400, "The request's address cannot be read.");
        }
    }
}
