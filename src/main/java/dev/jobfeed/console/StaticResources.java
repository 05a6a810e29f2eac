package dev.jobfeed.console;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Serves the files of the console from the class path: bean {@code jobfeedStatic}. */
public final class StaticResources {

    /** Paths of the page's own scripts and styles. Nothing else of a request is used as a file path. */
    private static final Pattern OWN = Pattern.compile("/web/[a-z]+\\.(css|js|svg)");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "json", "application/json");

    /** Paths of the other files. */
    private static final Map<String, String> OTHERS = Map.of(
            "/",
            "/dev/jobfeed/console/web/index.html",
            "/favicon.ico",
            "/dev/jobfeed/console/web/icon.svg",
            "/api/openapi.json",
            "/dev/jobfeed/console/openapi.json");

    /**
     * Responds with the file of a path.
     *
     * @throws HttpProblemException with 404 if there is none
     */
    public void serve(Exchange exchange) throws IOException {
        Message message = exchange.getMessage();
        String path = message.getHeader(Exchange.HTTP_PATH, String.class);
        String file = OTHERS.getOrDefault(path, OWN.matcher(path).matches() ? "/dev/jobfeed/console" + path : null);
        try (InputStream in = file == null ? null : StaticResources.class.getResourceAsStream(file)) {
            if (in == null) {
                throw HttpProblemException.nothing(path);
            }
            message.removeHeaders("*");
            message.setHeader(Exchange.CONTENT_TYPE, TYPES.get(file.substring(file.lastIndexOf('.') + 1)));
            message.setHeader("Vary", "Accept-Encoding");
            message.setBody(in.readAllBytes());
        }
    }
}
