package dev.jobfeed.console;

import dev.jobfeed.api.ConcurrencyLimit;
import dev.jobfeed.config.ConsoleSettings;
import dev.jobfeed.problem.ProblemTranslator;
import java.net.URI;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
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

    /** Host names that a foreign web page cannot make resolve to this server. */
    private static final Pattern SAFE_HOST =
            Pattern.compile("localhost|[a-z0-9.-]+\\.localhost|\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+]");

    /** Paths of the reports of the user, each a route of its own. */
    private static final Pattern REPORT = Pattern.compile("/api/v1/reports/(?<report>[A-Za-z0-9-]+)/?");

    /**
     * SQLSTATE of a cancelled statement, here because of its time limit (PostgreSQL, "Error Codes"; H2 uses the same).
     */
    private static final String CANCELLED = "57014";

    /**
     * Limit of concurrent requests. More would wait for a database connection and occupy threads that the HTTP server
     * needs for health checks.
     */
    private static final int MAX_CONCURRENT = 12;

    private final ConcurrencyLimit limit = new ConcurrencyLimit(MAX_CONCURRENT);
    private final TokenFailures failures = new TokenFailures();
    private final ConsoleSettings settings;
    private final AccessToken token;
    private final OpenApiContract contract;
    private final ConsoleTenants consoles;

    public AccessFilter(
            ConsoleSettings settings, AccessToken token, OpenApiContract contract, ConsoleTenants consoles) {
        this.settings = settings;
        this.token = token;
        this.contract = contract;
        this.consoles = consoles;
    }

    /**
     * Checks a request to the API. The variable {@code consoleOperation} becomes the {@code operationId} of the
     * description, or {@code report}, and the name of an action {@code consoleAction}. A read request's parameters become the body,
     * a map, and headers, in the types of the description and with its defaults, in place of the headers of the request;
     * the tenant becomes the variable {@code jobfeedTenant}.
     *
     * @throws HttpProblemException with the status of the response
     */
    public void check(Exchange exchange) {
        checkHost(exchange);
        Message message = exchange.getMessage();
        String path = message.getHeader(Exchange.HTTP_PATH, "", String.class);
        OpenApiContract.Operation operation = operation(exchange, path);
        exchange.setVariable("consoleOperation", operation.id());
        if (!limit.enter(exchange)) {
            throw new HttpProblemException(
                    503, "This server is busy with " + MAX_CONCURRENT + " other requests. Try again in a second.");
        }
        if (operation.method().equals("POST")) {
            checkAction(exchange);
            exchange.setVariable(
                    "consoleAction",
                    operation.read(path, QueryParameters.of(exchange)).get("action"));
            return;
        }
        Map<String, Object> parameters = operation.read(path, QueryParameters.of(exchange));
        exchange.setVariable(
                "jobfeedTenant",
                consoles.named((String) parameters.remove("tenant")).tenant().name());
        message.removeHeaders("*", "CamelHttp*");
        message.setBody(parameters);
        parameters.forEach((name, value) -> {
            if (value != null) {
                message.setHeader(name, value);
            }
        });
    }

    private OpenApiContract.Operation operation(Exchange exchange, String path) {
        Matcher report = REPORT.matcher(path);
        if (report.matches() && hasReport(exchange.getContext(), report.group("report"))) {
            checkMethod(exchange);
            return OpenApiContract.Operation.report(
                    REPORT, QueryParameters.of(exchange).names());
        }
        return contract.operation(exchange.getMessage().getHeader(Exchange.HTTP_METHOD, "", String.class), path);
    }

    private static boolean hasReport(CamelContext context, String name) {
        return context.getRoutes().stream()
                .anyMatch(route -> route.getEndpoint().getEndpointUri().equals("direct://report-" + name));
    }

    /**
     * Checks that there is a response.
     *
     * @throws HttpProblemException with 404 if a statement has found no row
     */
    public void checkFound(Exchange exchange) {
        if (exchange.getMessage().getBody() == null) {
            throw HttpProblemException.nothing(exchange.getMessage().getHeader(Exchange.HTTP_PATH, "", String.class));
        }
    }

    /**
     * Checks a request for a file.
     *
     * @throws HttpProblemException with 421 or 405
     */
    public void checkFile(Exchange exchange) {
        checkHost(exchange);
        checkMethod(exchange);
    }

    private static void checkMethod(Exchange exchange) {
        String method = exchange.getMessage().getHeader(Exchange.HTTP_METHOD, "", String.class);
        if (!method.equals("GET") && !method.equals("HEAD")) {
            throw HttpProblemException.method(method, "GET, HEAD");
        }
    }

    /** Checks the host name, because a foreign page may have made a name of its own resolve to this server. */
    private void checkHost(Exchange exchange) {
        String host = uri(exchange).getHost();
        if (host == null || !isKnown(host.toLowerCase(Locale.ROOT))) {
            throw new HttpProblemException(
                    421,
                    "Unknown host name: " + host + ". Use its address, localhost, or a name of jobfeed.http.hosts.");
        }
    }

    /** Checks an action: it must come from the console's page or from a tool, and carry the token. */
    private void checkAction(Exchange exchange) {
        Message message = exchange.getMessage();
        String query = message.getHeader(Exchange.HTTP_QUERY, String.class);
        if (query != null && !query.isEmpty()) {
            throw new HttpProblemException(400, "An action takes its parameters in the body; remove the query.");
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
                    "An action needs the token that the log showed at the first start. If it is lost, jobfeed"
                            + " token prints a new one, or set jobfeed.http.token (JOBFEED_HTTP_TOKEN), which replaces it.");
        }
    }

    /** Returns the client's address; empty if the HTTP server does not provide it. */
    private static String client(Message message) {
        return message.getHeader("CamelVertxPlatformHttpRemoteAddress", "", String.class)
                .replaceFirst(":\\d+$", "");
    }

    /** Creates the response to a request that was rejected or has failed, and logs a failure. */
    public void toErrorResponse(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        HttpProblemException problem = ObjectHelper.getException(HttpProblemException.class, failure);
        SQLException rejection = ObjectHelper.getException(SQLException.class, failure);
        if (problem != null) {
            exchange.setVariable("consoleAllow", problem.getAllowed());
            setResponse(exchange, problem.getStatus(), problem.getMessage());
        } else if (rejection != null && CANCELLED.equals(rejection.getSQLState())) {
            setResponse(
                    exchange,
                    503,
                    "The search took too long. It reads the jobs from the newest on until it has a page. Narrow it by a"
                            + " source or a company's id; docs/console.md has an index for words.");
        } else {
            boolean databaseFailed = rejection != null
                    || ObjectHelper.getException(DataAccessException.class, failure) != null
                    || ObjectHelper.getException(TransactionException.class, failure) != null;
            LOG.warn(
                    "{} failed. {}",
                    exchange.getMessage().getHeader(Exchange.HTTP_PATH),
                    ProblemTranslator.describe(failure));
            setResponse(exchange, databaseFailed ? 503 : 500, ProblemTranslator.describe(failure));
        }
    }

    private static void setResponse(Exchange exchange, int status, String message) {
        exchange.setVariable("consoleStatus", status);
        Map<String, Object> response = new LinkedHashMap<>();
        response.put("status", status);
        response.put("error", message);
        exchange.getMessage().setBody(response);
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
                || settings.hostNames().stream().anyMatch(host::equalsIgnoreCase);
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
