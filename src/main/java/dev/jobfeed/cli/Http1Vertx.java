package dev.jobfeed.cli;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.VertxWrapper;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;

/**
 * Creates HTTP servers that support HTTP/1.1 only, compress responses and close idle connections. HTTP/2 without TLS, which Vert.x offers
 * by default and Camel has no property for, is disabled: no client of the port uses it, and it enlarges the attack
 * surface.
 */
final class Http1Vertx extends VertxWrapper {

    private final Duration idleTimeout;

    private Http1Vertx(Vertx vertx, Duration idleTimeout) {
        super((VertxInternal) vertx);
        this.idleTimeout = idleTimeout;
    }

    /**
     * Binds an instance for the servers of a context, which uses the only one in its registry and closes it when the
     * context stops.
     *
     * @param idleTimeout time after which an idle connection is closed
     */
    static void bind(CamelContext context, Duration idleTimeout) {
        context.getRegistry().bind("jobfeedVertx", new Http1Vertx(Vertx.vertx(), idleTimeout), null, "close");
    }

    @Override
    public HttpServer createHttpServer(HttpServerOptions options) {
        return super.createHttpServer(options.setHttp2ClearTextEnabled(false)
                .setCompressionSupported(true)
                .setIdleTimeout((int) idleTimeout.toMillis())
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS));
    }
}
