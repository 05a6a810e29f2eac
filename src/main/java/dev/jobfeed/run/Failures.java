package dev.jobfeed.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.ConnectException;
import java.net.UnknownHostException;
import org.apache.camel.http.base.HttpOperationFailedException;

/** Says what went wrong in words a person can act on. */
public final class Failures {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Failures() {}

    /** The cause, and the remedy where there is one; never a URL with a query, never a header. */
    public static String describe(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpOperationFailedException answer) {
                return describe(answer);
            }
            if (cause instanceof ConnectException || cause instanceof UnknownHostException) {
                return "No connection to Jobo: " + cause.getMessage() + ". Check jobo.base-url and the network.";
            }
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private static String describe(HttpOperationFailedException answer) {
        String words = words(answer.getResponseBody());
        return "Jobo answered " + answer.getStatusCode() + (words.isEmpty() ? "" : " (" + words + ")") + ". "
                + remedy(answer.getStatusCode());
    }

    /** Status codes documentation, "Retry Strategy". */
    private static String remedy(int status) {
        return switch (status) {
            case 400 -> "The request is not what the API takes; check jobo.jobs.filter.* and the batch sizes.";
            case 401 -> "Check jobo.api-key: it is missing, revoked, or not for this server.";
            case 402 -> "Add credits to the wallet, or make jobo.jobs.batch-size smaller.";
            case 403 -> "The key's plan does not include this; upgrade it, or use another key.";
            case 404 -> "Check jobo.base-url.";
            case 429 -> "Too many requests; the next attempt goes on from here.";
            default -> status >= 500
                    ? "The server is in trouble; the next attempt goes on from here."
                    : "This answer is not expected; check jobo.base-url.";
        };
    }

    private static String words(String body) {
        try {
            JsonNode json = JSON.readTree(body == null ? "" : body);
            for (String name : new String[] {"message", "detail", "error", "title"}) {
                if (json.path(name).isTextual()) {
                    return json.get(name).asText();
                }
            }
        } catch (JsonProcessingException e) {
            return "";
        }
        return "";
    }
}
