package dev.jobfeed.console;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;

/**
 * Sets the responses of Camel's own HTTP server to requests without a route: short, and without a stack trace in the
 * log.
 */
public final class ErrorHandlers {

    private ErrorHandlers() {}

    /** Installs the responses in the server of a started context. */
    public static void of(CamelContext context) {
        HttpServer server = context.hasService(VertxPlatformHttpServer.class).getServer();
        Router router = (Router) server.requestHandler();
        router.errorHandler(400, request -> respond(request, 400, "The request's address cannot be read."));
        router.errorHandler(
                404,
                request -> respond(
                        request, 404, "There is nothing at " + request.request().path() + "."));
    }

    private static void respond(RoutingContext request, int status, String message) {
        boolean api = request.request().path().startsWith("/api/");
        String body = api
                ? JSON.createObjectNode()
                        .put("status", status)
                        .put("error", message)
                        .toString()
                : message + "\n";
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", api ? "application/json" : "text/plain; charset=utf-8")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(body);
    }
}
