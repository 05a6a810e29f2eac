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
 * Makes the bytes of a webhook to Camel's own HTTP server out of its request, as they were sent: a signature is over them, and
 * the server would take some content types apart. They are read by the event loop before the route begins, so that a sender
 * that takes its time occupies no thread. What is longer than allowed is cut one byte behind that, and the rest dropped as it
 * arrives; so is everything that comes without a signature.
 */
public final class RawBodyTypeConverter extends TypeConverterSupport {

    /** Jobby.dev gives up on a delivery after this long, so that its body has arrived by then or never will. */
    private static final Duration BUDGET = Duration.ofSeconds(10);

    /** A bound for the memory of bodies that are on their way; a further delivery is refused, and repeated by its sender. */
    private static final int MOST_BODIES = 200;

    private static final String ROUTE = "jobby-webhooks";
    private static final String KEY = RawBodyTypeConverter.class.getName();

    private final CamelContext context;
    private final int most;
    private final AtomicInteger arriving = new AtomicInteger();

    private RawBodyTypeConverter(CamelContext context, int most) {
        this.context = context;
        this.most = most;
    }

    /**
     * Lets a context read webhooks this way, where it has that server at all; other servers hand bytes over themselves.
     *
     * @param most length of a body in bytes
     */
    public static void bind(CamelContext context, int most) {
        if (context.getClassResolver()
                        .resolveClass("org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter")
                != null) {
            RawBodyTypeConverter bodies = new RawBodyTypeConverter(context, most);
            context.getTypeConverterRegistry().addTypeConverter(byte[].class, HttpServerRequest.class, bodies);
            context.addLifecycleStrategy(new LifecycleStrategySupport() {
                @Override
                public void onContextStarted(CamelContext started) {
                    bodies.install();
                }
            });
        }
    }

    /** Before the routes' own handlers. */
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
        } else if (arriving.incrementAndGet() > MOST_BODIES) {
            arriving.decrementAndGet();
            routing.response()
                    .setStatusCode(503)
                    .putHeader("Connection", "close")
                    .end();
        } else {
            routing.addEndHandler(end -> arriving.decrementAndGet());
            new Arrival(routing, most).begin();
        }
    }

    /** The bytes; null on the way to a refusal for which none were read. */
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

    /** A body on its way. Used by its connection's event loop only. */
    private static final class Arrival {

        private final RoutingContext routing;
        private final int most;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private long expected;
        private boolean routed;
        private boolean ended;

        /**
         * Creates an arrival.
         *
         * @param most bytes; -1 when none are wanted
         */
        Arrival(RoutingContext routing, int most) {
            this.routing = routing;
            this.most = most;
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
            if (most < 0) {
                route(null);
            } else if (expected == 0) {
                route(new byte[0]);
            } else if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
                request.response().writeContinue();
            }
        }

        private void add(Buffer buffer) {
            if (!routed) {
                bytes.write(buffer.getBytes(), 0, Math.min(buffer.length(), most + 1 - bytes.size()));
                // not only at the end of the request: Camel's own handler cannot pause one of HTTP/2 after that
                if (bytes.size() > most || bytes.size() >= expected) {
                    route(bytes.toByteArray());
                }
            }
        }

        /** The rest of it will not come in time. */
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
