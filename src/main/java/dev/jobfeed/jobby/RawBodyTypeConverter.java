package dev.jobfeed.jobby;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.TypeConversionException;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.TypeConverterSupport;

/**
 * Converts the request of Camel's own HTTP server to the raw bytes of a webhook: the signature covers them, and the
 * server would parse some content types. The event loop reads them before the route begins, so that a slow sender
 * occupies no thread. A body that is too long is cut one byte after the limit and the rest discarded on arrival; so is
 * every body without a signature.
 */
public final class RawBodyTypeConverter extends TypeConverterSupport {

    /** Jobby.dev gives up on a delivery after this time; a body that is incomplete by then will not arrive. */
    private static final Duration BUDGET = Duration.ofSeconds(10);

    /** Limits the memory of bodies in transit; a further delivery is rejected and repeated by its sender. */
    private static final int MAX_BODIES = 200;

    private static final String ROUTE = "jobby-webhooks";
    private static final String KEY = RawBodyTypeConverter.class.getName();

    private final CamelContext context;
    private final int maxBytes;
    private final AtomicInteger arriving = new AtomicInteger();

    private RawBodyTypeConverter(CamelContext context, int maxBytes) {
        this.context = context;
        this.maxBytes = maxBytes;
    }

    /**
     * Installs the converter in a context with Camel's own HTTP server; other servers provide bytes themselves.
     *
     * @param maxBytes maximum length of a body in bytes
     */
    public static void bind(CamelContext context, int maxBytes) {
        if (context.getClassResolver()
                        .resolveClass("org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter")
                != null) {
            RawBodyTypeConverter bodies = new RawBodyTypeConverter(context, maxBytes);
            context.getTypeConverterRegistry().addTypeConverter(byte[].class, HttpServerRequest.class, bodies);
            context.addLifecycleStrategy(new LifecycleStrategySupport() {
                @Override
                public void onContextStarted(CamelContext started) {
                    bodies.install();
                }
            });
        }
    }

    /** Adds a handler that runs before the routes' own handlers. */
    private void install() {
        context.getRegistry()
                .findByType(VertxPlatformHttpRouter.class)
                .forEach(router -> router.route().order(-1).handler(this::receive));
    }

    private boolean isWebhook(HttpServerRequest request) {
        Route route = context.getRoute(ROUTE);
        return route != null
                && request.method().equals(HttpMethod.POST)
                && route.getEndpoint() instanceof PlatformHttpEndpoint endpoint
                && request.path().replaceFirst("/+$", "").endsWith(endpoint.getPath());
    }

    private void receive(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        if (!isWebhook(request)) {
            routing.next();
        } else if (WebhookSignature.of(request.getHeader(WebhookSignature.HEADER))
                .isEmpty()) {
            new Arrival(routing, -1).begin();
        } else if (request.version() == HttpVersion.HTTP_2 && request.getHeader("Content-Length") == null) {
            routing.response().setStatusCode(411).end();
        } else if (arriving.incrementAndGet() > MAX_BODIES) {
            arriving.decrementAndGet();
            routing.response()
                    .setStatusCode(503)
                    .putHeader("Connection", "close")
                    .end();
        } else {
            routing.addEndHandler(end -> arriving.decrementAndGet());
            new Arrival(routing, maxBytes).begin();
        }
    }

    /** Returns the body's bytes. */
    @Override
    public <T> T convertTo(Class<T> type, Exchange exchange, Object value) {
        Context current = Vertx.currentContext();
        byte[] body = current == null ? null : current.getLocal(KEY);
        if (body == null) {
            throw new TypeConversionException(
                    value, type, new IllegalStateException("The body of the request did not arrive."));
        }
        return type.cast(body);
    }

    /** A body in transit. Used by its connection's event loop only. */
    private static final class Arrival {

        private final RoutingContext routing;
        private final int maxBytes;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long expected;
        private boolean routed;
        private boolean ended;

        /**
         * Creates the reception of a body.
         *
         * @param maxBytes maximum length in bytes; -1 if no body is to be read
         */
        Arrival(RoutingContext routing, int maxBytes) {
            this.routing = routing;
            this.maxBytes = maxBytes;
        }

        void begin() {
            HttpServerRequest request = routing.request();
            String length = request.getHeader("Content-Length");
            expected = length == null ? Long.MAX_VALUE : Long.parseLong(length);
            long timer = routing.vertx().setTimer(BUDGET.toMillis(), late -> giveUp());
            request.handler(this::add);
            request.exceptionHandler(failure -> giveUp());
            request.endHandler(end -> {
                ended = true;
                routing.vertx().cancelTimer(timer);
                route(bytes.toByteArray());
            });
            if (maxBytes < 0) {
                route(null);
            } else if (expected == 0) {
                route(new byte[0]);
            } else if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
                request.response().writeContinue();
            }
        }

        private void add(Buffer buffer) {
            if (!routed) {
                bytes.write(buffer.getBytes(), 0, Math.min(buffer.length(), maxBytes + 1 - bytes.size()));
                // not only at the end of the request: after that, Camel's own handler cannot pause an HTTP/2 request
                if (bytes.size() > maxBytes || bytes.size() >= expected) {
                    route(bytes.toByteArray());
                }
            }
        }

        /** Ends the reception of a body that does not arrive in time. */
        private void giveUp() {
            if (routing.response().ended()) {
                routing.request().connection().close();
            } else {
                routing.addEndHandler(end -> routing.request().connection().close());
                route(null);
            }
        }

        private void route(byte[] body) {
            if (!routed) {
                routed = true;
                if (body != null) {
                    routing.vertx().getOrCreateContext().putLocal(KEY, body);
                }
                routing.next();
                if (!ended) {
                    // the route's own handler pauses the request
                    routing.request().resume();
                }
            }
        }
    }
}
