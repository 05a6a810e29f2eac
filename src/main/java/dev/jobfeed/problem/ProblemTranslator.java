package dev.jobfeed.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.Headers;
import dev.jobfeed.feed.MalformedResponseException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.regex.Pattern;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/** Says what went wrong in words an operator can act on; never a URL with a query, never a header. */
public final class ProblemTranslator {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Status codes documentation, "Retry Strategy": where to look when 500 or 503 persist. */
    private static final String STATUS_PAGE = "https://jobo.world/status";

    private static final String EXPIRED = "/api/jobs/expired";

    /** SQL states of no connection, and of a server that stops, starts, or ended the session: PostgreSQL, "Error Codes". */
    private static final Pattern UNREACHABLE = Pattern.compile("^08|^57P|^25P03");

    /** H2: its file is open in another process. */
    private static final String HELD = "90020";

    /** A key, which a server may well name when it refuses it. */
    private static final Pattern KEY = Pattern.compile("(jbe_(?:live|test)_)[\\w-]+");

    /** Bytes of a refusal's body that are read; those of both APIs have a few hundred. */
    public static final int ERROR_BYTES = 65_536;

    /** Characters of a server's message that are repeated; an alert and a log line are no place for a page of HTML. */
    private static final int MAX_WORDS = 500;

    /** What a column for credits can hold. */
    public static final Pattern CREDITS = Pattern.compile("-?\\d{1,12}([.]\\d{1,12})?");

    private ProblemTranslator() {}

    /** The cause and the remedy as one text. */
    public static String describe(Throwable failure) {
        return of(failure, 0).text();
    }

    /**
     * The reason behind an exception.
     *
     * @param batchSize rows a request asked for, to say which size the balance would pay; 0 when that is not known
     */
    public static Problem of(Throwable failure, int batchSize) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AttemptFailedException failed) {
                return failed.problem();
            }
            if (cause instanceof HttpOperationFailedException answer) {
                return answered(answer, batchSize);
            }
            if (cause instanceof SQLException) {
                return refused(failure);
            }
            if (cause instanceof ConfigurationException || cause instanceof BindException) {
                return new Problem("configuration", cause.getMessage(), "");
            }
            if (cause instanceof MalformedResponseException unreadable) {
                return new Problem(
                        unreadable.condition(),
                        "Jobo's answers are not what the API promises: " + cause.getMessage(),
                        Problem.GOES_ON + " If it lasts, check " + STATUS_PAGE
                                + ", jobo.base-url and any proxy between.");
            }
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String words = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        if (failure instanceof DataAccessException || failure instanceof TransactionException) {
            return new Problem("database", "The database refused: " + words, "");
        }
        if (root instanceof IOException) {
            return new Problem(
                    "unreachable",
                    "Jobo cannot be reached: " + words + ".",
                    Problem.GOES_ON + " If it lasts, check jobo.base-url, the network and " + STATUS_PAGE + ".");
        }
        return new Problem("internal", words, "");
    }

    private static Problem answered(HttpOperationFailedException answer, int batchSize) {
        int status = answer.getStatusCode();
        JsonNode body = json(answer.getResponseBody());
        String words = serverMessage(body);
        String message = "Jobo answered " + status + (words.isEmpty() ? "" : " (" + words + ")")
                + (isCut(answer.getResponseBody()) ? " with a body longer than " + ERROR_BYTES + " bytes" : "") + ".";
        // status codes documentation, "Retry Strategy"
        return switch (status) {
            case 400 ->
                new Problem("bad-request", message, "The API does not accept the request" + settings(answer) + ".");
            case 401 ->
                new Problem(
                        "unauthorized", message, "Check jobo.api-key: it is missing, revoked, or not for this server.");
            case 402 -> exhausted(answer, message, body, batchSize);
            case 403 ->
                new Problem(
                        "forbidden", message, "The key's plan does not include this; upgrade it, or use another key.");
            case 404 -> new Problem("not-found", message, "Check jobo.base-url.");
            case 429 ->
                new Problem(
                        "rate-limited",
                        message,
                        Problem.GOES_ON + " If it lasts, another program may be using the same key.");
            default ->
                status >= 500 || status == 408
                        ? new Problem(
                                "server-trouble", message, Problem.GOES_ON + " If it lasts, check " + STATUS_PAGE + ".")
                        : status >= 300 && status < 400
                                ? new Problem(
                                        "redirected",
                                        message,
                                        "The key is never sent along a redirect; set jobo.base-url to where the API is.")
                                : new Problem("unexpected-answer", message, "Check jobo.base-url.");
        };
    }

    /** Names the settings that an endpoint's request is made from; empty for a request that is made from none. */
    private static String settings(HttpOperationFailedException answer) {
        String path = path(answer);
        return FeedDefinition.behind(path)
                .map(source -> "; check jobo." + source.property() + ".filter.* and " + batchSizeOf(source))
                .orElse(path.endsWith(EXPIRED) ? "; check jobo.expired.batch-size" : "");
    }

    private static String batchSizeOf(FeedDefinition source) {
        return "jobo." + source.property() + ".batch-size";
    }

    /** The path alone: a query may hold what no message may tell. */
    private static String path(HttpOperationFailedException answer) {
        return String.valueOf(answer.getUri()).replaceFirst("[?#].*", "");
    }

    /** The server prices the batch that was asked for; the price of a row follows, and how many the balance pays. */
    private static Problem exhausted(
            HttpOperationFailedException answer, String message, JsonNode body, int batchSize) {
        BigDecimal required = credits(answer, "X-Credits-Required", body.path("credits_required"));
        BigDecimal balance = credits(answer, "X-Credits-Balance", body.path("credits_balance"));
        String cause = required == null || balance == null
                ? message
                : message.replaceFirst("[.]$", ": ") + required.toPlainString() + " credits required, balance "
                        + balance.toPlainString() + ".";
        String smaller = FeedDefinition.behind(path(answer))
                .map(source -> ", or make " + batchSizeOf(source) + " smaller")
                .orElse("");
        if (batchSize <= 0 || required == null || balance == null || required.signum() <= 0 || balance.signum() < 0) {
            return new Problem("credits-exhausted", cause, "Add credits to the wallet" + smaller + ".");
        }
        BigDecimal fits = balance.multiply(BigDecimal.valueOf(batchSize)).divide(required, 0, RoundingMode.DOWN);
        return new Problem(
                "credits-exhausted",
                cause,
                "Add credits to the wallet"
                        + (fits.signum() == 0 ? "" : smaller)
                        + ": the balance of " + balance.toPlainString() + " pays for "
                        + (fits.signum() == 0 ? "no row" : fits.toPlainString()) + ".");
    }

    private static BigDecimal credits(HttpOperationFailedException answer, String header, JsonNode member) {
        String text = Headers.of(answer.getResponseHeaders(), header).orElse(null);
        String number = text != null ? text : member.isNumber() ? member.asText() : "";
        // no exponent, which could make a division endless
        return CREDITS.matcher(number.strip()).matches() ? new BigDecimal(number.strip()) : null;
    }

    private static Problem refused(Throwable failure) {
        SQLException sql = DatabaseRejection.cause(failure).orElseThrow();
        DatabaseRejection refusal = DatabaseRejection.of(failure).orElseThrow();
        String state = refusal.state();
        String said = refusal.reason();
        if (HELD.equals(state)) {
            return new Problem(
                    "database",
                    "Another process holds the H2 file"
                            + (said.contains("\"") ? " " + said.replaceFirst("(?s)^.*?\"(.*?)\".*$", "$1") : "") + ".",
                    "One process at a time writes to an H2 file. Wait until that process has ended or, if it has just"
                            + " started, a moment; jobfeed status works beside it. Of jobfeed run, the console has actions."
                            + " PostgreSQL has no such limit.");
        }
        String why = sql.getCause() == null || sql.getCause().getMessage() == null
                ? ""
                : " (" + sql.getCause().getMessage() + ")";
        return UNREACHABLE.matcher(state).find()
                ? new Problem(
                        "database",
                        "The database cannot be reached: " + said + why + ".",
                        "Check that it runs, and jobfeed.datasource.url. " + Problem.GOES_ON)
                : new Problem("database", refusal.text(), remedy(state));
    }

    /** SQL states: PostgreSQL, "Error Codes". */
    private static String remedy(String state) {
        return switch (state) {
            case "28000", "28P01" -> "Check jobfeed.datasource.username and jobfeed.datasource.password.";
            case "3D000" -> "Create the database, or check jobfeed.datasource.url.";
            case "53300" -> "It has no connection left; this process needs up to four.";
            case "25006" -> "It is read-only: a standby, or set so. Point jobfeed.datasource.url to the primary.";
            case "53100" -> "Its disk is full; make room. " + Problem.GOES_ON;
            case "42501" -> "Grant the user what it needs; docs/operations.md lists it.";
            case "42P01", "42S02" -> "The tables are missing; set jobfeed.datasource.migrate=true once.";
            default -> Problem.GOES_ON;
        };
    }

    /** Whether a refusal's body was longer than what is read of it; nullable. */
    public static boolean isCut(String body) {
        return body != null && body.getBytes(StandardCharsets.UTF_8).length >= ERROR_BYTES;
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body == null ? "" : body);
        } catch (JsonProcessingException e) {
            return JSON.missingNode();
        }
    }

    private static String serverMessage(JsonNode json) {
        for (String name : new String[] {"message", "detail", "error", "title"}) {
            if (json.path(name).isTextual() && !json.get(name).asText().isBlank()) {
                String said = json.get(name).asText().strip();
                String text = said.length() > MAX_WORDS ? said.substring(0, MAX_WORDS) + "..." : said;
                return KEY.matcher(text.replaceFirst("[.]$", "")).replaceAll("$1...");
            }
        }
        return "";
    }
}
