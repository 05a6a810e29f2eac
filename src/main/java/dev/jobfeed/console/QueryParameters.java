package dev.jobfeed.console;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;

/** Query parameters of a request's URL; headers of the same name do not count. */
final class QueryParameters {

    private final Map<String, String> values;

    private QueryParameters(Map<String, String> values) {
        this.values = values;
    }

    /**
     * Parses the query of a request.
     *
     * @throws HttpProblemException with 400 if it is malformed or repeats a parameter
     */
    static QueryParameters of(Exchange exchange) {
        String text = exchange.getMessage().getHeader(Exchange.HTTP_QUERY, String.class);
        Map<String, String> values = new LinkedHashMap<>();
        for (String pair : text == null ? new String[0] : text.split("&")) {
            if (!pair.isEmpty()) {
                String[] parts = pair.split("=", 2);
                String name = decode(parts[0]);
                if (values.put(name, parts.length == 2 ? decode(parts[1]) : "") != null) {
                    throw new HttpProblemException(400, name + " is given more than once.");
                }
            }
        }
        return new QueryParameters(values);
    }

    private static String decode(String text) {
        try {
            String decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
            if (decoded.indexOf('\0') >= 0) {
                throw new HttpProblemException(400, "A parameter has the character U+0000, which no stored text has.");
            }
            return decoded;
        } catch (IllegalArgumentException e) {
            throw new HttpProblemException(
                    400, "'" + text + "' is no text of an address; a per cent sign is written %25.");
        }
    }

    /**
     * Checks that there are no other parameters than these.
     *
     * @throws HttpProblemException with 400
     */
    void check(Set<String> described) {
        for (String name : values.keySet()) {
            if (!described.contains(name)) {
                throw new HttpProblemException(
                        400,
                        "There is no parameter '" + name + "' here; "
                                + (described.size() == 1 ? "there is " : "there are ")
                                + String.join(", ", described) + ".");
            }
        }
    }

    /** Returns the names of the parameters. */
    Set<String> names() {
        return values.keySet();
    }

    /** Returns a parameter; empty if absent or blank. */
    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }
}
