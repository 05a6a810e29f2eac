package dev.jobfeed.console;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Serves the files of the console from the class path: bean {@code jobfeedStatic}. */
public final class StaticResources {

    private static final String OWN = "/dev/jobfeed/console/web/";
    private static final String CHARTS = "/META-INF/resources/webjars/uplot/";

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "json", "application/json");

    /** Available paths. No part of a request is used as a file path. */
    private static final Map<String, String> FILES = Map.ofEntries(
            Map.entry("/", OWN + "index.html"),
            Map.entry("/web/style.css", OWN + "style.css"),
            Map.entry("/web/icon.svg", OWN + "icon.svg"),
            Map.entry("/favicon.ico", OWN + "icon.svg"),
            Map.entry("/web/main.js", OWN + "main.js"),
            Map.entry("/web/api.js", OWN + "api.js"),
            Map.entry("/web/dom.js", OWN + "dom.js"),
            Map.entry("/web/words.js", OWN + "words.js"),
            Map.entry("/web/charts.js", OWN + "charts.js"),
            Map.entry("/web/overview.js", OWN + "overview.js"),
            Map.entry("/web/runs.js", OWN + "runs.js"),
            Map.entry("/web/troubles.js", OWN + "troubles.js"),
            Map.entry("/web/jobs.js", OWN + "jobs.js"),
            Map.entry("/web/actions.js", OWN + "actions.js"),
            Map.entry("/web/uplot.js", CHARTS + "1.6.30/dist/uPlot.iife.min.js"),
            Map.entry("/web/uplot.css", CHARTS + "1.6.30/dist/uPlot.min.css"),
            Map.entry("/api/openapi.json", "/dev/jobfeed/console/openapi.json"));

    /**
     * Responds with the file of a path.
     *
     * @throws HttpProblemException with 404 if there is none
     */
    public void serve(Exchange exchange) throws IOException {
        Message message = exchange.getMessage();
        String path = message.getHeader(Exchange.HTTP_PATH, String.class);
        String file = FILES.get(path);
        if (file == null) {
            throw HttpProblemException.nothing(path);
        }
        message.removeHeaders("*");
        message.setHeader(Exchange.CONTENT_TYPE, TYPES.get(file.substring(file.lastIndexOf('.') + 1)));
        message.setHeader("Vary", "Accept-Encoding");
        message.setBody(read(file));
    }

    private static byte[] read(String file) throws IOException {
        try (InputStream in = StaticResources.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new HttpProblemException(404, "The file " + file + " is not on the class path.");
            }
            return in.readAllBytes();
        }
    }
}
