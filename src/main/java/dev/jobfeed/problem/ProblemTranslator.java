package dev.jobfeed.problem;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.Plurals;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.feed.ResponseHeaders;
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

/** Translates failures to problems that an operator can act on. Never includes the query of a URL or a header. */
public final class ProblemTranslator {

    /** Page to check when 500 or 503 persist. Source: status codes documentation, "Retry Strategy". */
    static final String STATUS_PAGE = "https://jobo.world/status";

    private static final String EXPIRED = "/api/jobs/expired";

    /**
     * SQL states of a failed connection, and of a server that stops, starts, or ended the session. Source: PostgreSQL,
     * "Error Codes".
     */
    private static final Pattern UNREACHABLE = Pattern.compile("^08|^57P|^25P03");

    /** SQL state of H2: another process has the file open. */
    private static final String FILE_LOCKED = "90020";

    /** Matches an API key, which a server may repeat when it rejects it. */
    private static final Pattern KEY = Pattern.compile("(jbe_(?:live|test)_)[\\w-]+");

    /** Maximum number of bytes read of an error response; those of both APIs have a few hundred. */
    public static final int ERROR_BYTES = 65_536;

    /** Maximum length of a quoted server message, in characters; keeps pages of HTML out of alerts and logs. */
    private static final int MAX_MESSAGE = 500;

    /** Matches the amounts that a credits column can hold. */
    public static final Pattern CREDITS = Pattern.compile("-?\\d{1,12}([.]\\d{1,12})?");

    private ProblemTranslator() {}

    /** Describes a failure: message and remedy as one text. */
    public static String describe(Throwable failure) {
        return of(failure, 0).text();
    }

    /**
     * Returns the problem that caused an exception.
     *
     * @param batchSize rows requested, to compute how many the balance covers; 0 when unknown
     */
    public static Problem of(Throwable failure, int batchSize) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof AttemptFailedException failed) {
                return failed.problem();
            }
            if (cause instanceof HttpOperationFailedException response) {
                return httpProblem(response, batchSize);
            }
            if (cause instanceof SQLException) {
                return databaseProblem(failure);
            }
            if (cause instanceof ConfigurationException || cause instanceof BindException) {
                return new Problem(AlertCondition.CONFIGURATION, cause.getMessage());
            }
            if (cause instanceof MalformedResponseException malformed) {
                return new Problem(
                        condition(malformed.defect()),
                        "Jobo's responses do not match the API: " + cause.getMessage(),
                        Problem.GOES_ON + " If it persists, check " + STATUS_PAGE
                                + ", jobo.base-url and any proxy in between.");
            }
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String detail = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        if (failure instanceof DataAccessException || failure instanceof TransactionException) {
            return new Problem(AlertCondition.DATABASE, "The database refused: " + detail);
        }
        if (root instanceof IOException) {
            return new Problem(
                    AlertCondition.UNREACHABLE,
                    "Jobo cannot be reached: " + detail + ".",
                    Problem.GOES_ON + " If it persists, check jobo.base-url, the network and " + STATUS_PAGE + ".");
        }
        return new Problem(AlertCondition.INTERNAL, detail);
    }

    private static Problem httpProblem(HttpOperationFailedException response, int batchSize) {
        int status = response.getStatusCode();
        JsonNode body = json(response.getResponseBody());
        String detail = serverMessage(body);
        String message = "Jobo answered " + status + (detail.isEmpty() ? "" : " (" + detail + ")")
                + (isCut(response.getResponseBody()) ? " with a body longer than " + ERROR_BYTES + " bytes" : "") + ".";
        // status codes documentation, "Retry Strategy"
        return switch (status) {
            case 400 ->
                new Problem(
                        AlertCondition.BAD_REQUEST,
                        message,
                        "The API does not accept the request" + settings(response) + ".");
            case 401 -> new Problem(AlertCondition.UNAUTHORIZED, message);
            case 402 -> exhausted(response, message, body, batchSize);
            case 403 -> new Problem(AlertCondition.FORBIDDEN, message);
            case 404 -> new Problem(AlertCondition.NOT_FOUND, message);
            case 429 -> new Problem(AlertCondition.RATE_LIMITED, message);
            default -> {
                AlertCondition condition = status >= 500 || status == 408
                        ? AlertCondition.SERVER_TROUBLE
                        : status >= 300 && status < 400 ? AlertCondition.REDIRECTED : AlertCondition.UNEXPECTED_ANSWER;
                yield new Problem(condition, message);
            }
        };
    }

    private static AlertCondition condition(MalformedResponseException.Defect defect) {
        return switch (defect) {
            case UNREADABLE -> AlertCondition.UNREADABLE_ANSWER;
            case FEED_TRUNCATED -> AlertCondition.FEED_TRUNCATED;
            case SWEEP_TRUNCATED -> AlertCondition.SWEEP_TRUNCATED;
            case SWEEP_UNREADABLE -> AlertCondition.SWEEP_UNREADABLE;
        };
    }

    /** Returns the settings that the request was built from; empty when there are none. */
    private static String settings(HttpOperationFailedException response) {
        String path = path(response);
        return FeedDefinition.behind(path)
                .map(feed -> "; check jobo." + feed.property() + ".filter.* and " + batchSizeOf(feed))
                .orElse(path.endsWith(EXPIRED) ? "; check jobo.expired.batch-size" : "");
    }

    private static String batchSizeOf(FeedDefinition feed) {
        return "jobo." + feed.property() + ".batch-size";
    }

    /** Returns the path only; the query may contain values that must not appear in messages. */
    private static String path(HttpOperationFailedException response) {
        return String.valueOf(response.getUri()).replaceFirst("[?#].*", "");
    }

    /**
     * Describes exhausted credits. The server states the price of the requested batch, which yields the number of rows
     * that the balance covers.
     */
    private static Problem exhausted(
            HttpOperationFailedException response, String message, JsonNode body, int batchSize) {
        BigDecimal required = credits(response, "X-Credits-Required", body.path("credits_required"));
        BigDecimal balance = credits(response, "X-Credits-Balance", body.path("credits_balance"));
        String cause = required == null || balance == null
                ? message
                : message.replaceFirst("[.]$", ": ") + required.toPlainString() + " credits required, balance "
                        + balance.toPlainString() + ".";
        String smaller = FeedDefinition.behind(path(response))
                .map(feed -> ", or reduce " + batchSizeOf(feed))
                .orElse("");
        if (batchSize <= 0 || required == null || balance == null || required.signum() <= 0 || balance.signum() < 0) {
            return new Problem(AlertCondition.CREDITS_EXHAUSTED, cause, "Add credits to the wallet" + smaller + ".");
        }
        BigDecimal affordable = balance.multiply(BigDecimal.valueOf(batchSize)).divide(required, 0, RoundingMode.DOWN);
        return new Problem(
                AlertCondition.CREDITS_EXHAUSTED,
                cause,
                "Add credits to the wallet"
                        + (affordable.signum() == 0 ? "" : smaller)
                        + ": the balance of " + balance.toPlainString() + " pays for "
                        + (affordable.signum() == 0 ? "no row" : Plurals.of(affordable.longValue(), "row")) + ".");
    }

    private static BigDecimal credits(HttpOperationFailedException response, String header, JsonNode member) {
        String text = ResponseHeaders.of(response.getResponseHeaders(), header).orElse(null);
        String number = text != null ? text : member.isNumber() ? member.asText() : "";
        // no exponent, which could make the division endless
        return CREDITS.matcher(number.strip()).matches() ? new BigDecimal(number.strip()) : null;
    }

    private static Problem databaseProblem(Throwable failure) {
        SQLException sql = DatabaseRejection.cause(failure).orElseThrow();
        DatabaseRejection rejection = DatabaseRejection.of(failure).orElseThrow();
        String state = rejection.state();
        String reason = rejection.reason();
        if (FILE_LOCKED.equals(state)) {
            return new Problem(
                    AlertCondition.DATABASE,
                    "Another process holds the H2 file"
                            + (reason.contains("\"") ? " " + reason.replaceFirst("(?s)^.*?\"(.*?)\".*$", "$1") : "")
                            + ".",
                    "Only one process at a time can write to an H2 file. Wait until that process has ended or, if it has"
                            + " just started, a moment. Meanwhile, jobfeed status works, and the console of jobfeed run has actions."
                            + " PostgreSQL has no such limit.");
        }
        String cause = sql.getCause() == null || sql.getCause().getMessage() == null
                ? ""
                : " (" + sql.getCause().getMessage() + ")";
        return UNREACHABLE.matcher(state).find()
                ? new Problem(
                        AlertCondition.DATABASE,
                        "The database cannot be reached: " + reason + cause + ".",
                        "Check that it runs, and jobfeed.datasource.url. " + Problem.GOES_ON)
                : new Problem(AlertCondition.DATABASE, rejection.text(), remedy(state));
    }

    /** Returns the remedy for an SQL state. Source: PostgreSQL, "Error Codes". */
    private static String remedy(String state) {
        return switch (state) {
            case "28000", "28P01" -> "Check jobfeed.datasource.username and jobfeed.datasource.password.";
            case "3D000" -> "Create the database, or check jobfeed.datasource.url.";
            case "53300" -> "It has no free connection; this process needs up to four.";
            case "25006" -> "It is read-only, for example a standby. Set jobfeed.datasource.url to the primary.";
            case "53100" -> "Its disk is full; free some space. " + Problem.GOES_ON;
            case "42501" -> "Grant the user the required rights; docs/operations.md lists them.";
            case "42P01", "42S02" -> "The tables are missing; set jobfeed.datasource.migrate=true once.";
            default -> Problem.GOES_ON;
        };
    }

    /** Returns whether the body of an error response was truncated when read; nullable. */
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
                String value = json.get(name).asText().strip();
                String text = value.length() > MAX_MESSAGE ? value.substring(0, MAX_MESSAGE) + "..." : value;
                return KEY.matcher(text.replaceFirst("[.]$", "")).replaceAll("$1...");
            }
        }
        return "";
    }
}
