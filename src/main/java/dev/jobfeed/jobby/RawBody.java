package dev.jobfeed.jobby;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.TypeConversionException;
import org.apache.camel.support.TypeConverterSupport;

/**
 * Makes the bytes of a request to Camel's own HTTP server out of it, as they were sent: a signature is over them, and the
 * server would take some content types apart. What is longer than allowed is cut one byte behind that, and the rest dropped
 * as it arrives.
 */
public final class RawBody extends TypeConverterSupport {

    /** Jobby.dev gives up on a delivery after this long, so that its body has arrived by then or never will. */
    private static final Duration BUDGET = Duration.ofSeconds(10);

    private final int most;

    private RawBody(int most) {
        this.most = most;
    }

    /** Lets a context read requests this way, where it has that server at all; other servers hand bytes over themselves. */
    public static void bind(CamelContext context, int most) {
        if (context.getClassResolver().resolveClass("io.vertx.core.http.HttpServerRequest") != null) {
            context.getTypeConverterRegistry()
                    .addTypeConverter(byte[].class, HttpServerRequest.class, new RawBody(most));
        }
    }

    @Override
    public <T> T convertTo(Class<T> type, Exchange exchange, Object value) {
        try {
            return type.cast(read((HttpServerRequest) value).get(BUDGET.toMillis(), TimeUnit.MILLISECONDS));
        } catch (ExecutionException | TimeoutException e) {
            throw new TypeConversionException(value, type, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TypeConversionException(value, type, e);
        }
    }

    private CompletableFuture<byte[]> read(HttpServerRequest request) {
        CompletableFuture<byte[]> body = new CompletableFuture<>();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        request.handler(buffer -> {
            add(bytes, buffer);
            if (bytes.size() > most) {
                body.complete(bytes.toByteArray());
            }
        });
        request.exceptionHandler(body::completeExceptionally);
        request.endHandler(end -> body.complete(bytes.toByteArray()));
        if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.resume();
        return body;
    }

    private void add(ByteArrayOutputStream bytes, Buffer buffer) {
        bytes.write(buffer.getBytes(), 0, Math.min(buffer.length(), most + 1 - bytes.size()));
    }
}
