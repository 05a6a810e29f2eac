package dev.jobfeed.sandbox;

import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.util.function.Function;
import javax.net.ServerSocketFactory;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ExceptionListener;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.bootstrap.HttpServer;
import org.apache.hc.core5.http.impl.bootstrap.ServerBootstrap;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.ResponseConnControl;
import org.apache.hc.core5.http.protocol.ResponseContent;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.io.Closer;
import org.apache.hc.core5.util.Timeout;

/**
 * An HTTP server whose port is known before it answers. It is not the JDK's own, because that one always sends the
 * machine's time as {@code Date}.
 */
final class BoundServer implements AutoCloseable {

    private static final int WAITING_CONNECTIONS = 200;

    private final ServerSocket socket;
    private HttpServer server;

    /**
     * Binds the port.
     *
     * @throws BindException when the port is taken
     */
    BoundServer(InetSocketAddress address) throws IOException {
        socket = new ServerSocket();
        try {
            socket.setReuseAddress(true);
            socket.bind(address, WAITING_CONNECTIONS);
        } catch (BindException e) {
            socket.close();
            throw new BindException("Port " + address.getPort() + " on 127.0.0.1 cannot be listened on: "
                    + e.getMessage() + ". Stop what listens there, or choose another port.");
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    /**
     * Answers requests from now on, a thread for each connection, so that a request held back blocks no other.
     *
     * @param handlers the handler of a path
     * @param clock the time of the header {@code Date}
     */
    void start(Function<String, HttpHandler> handlers, Clock clock) throws IOException {
        server = ServerBootstrap.bootstrap()
                .setServerSocketFactory(new Bound(socket))
                .setSocketConfig(SocketConfig.custom()
                        .setSoReuseAddress(true)
                        .setTcpNoDelay(true)
                        .setSoTimeout(Timeout.ofMinutes(10))
                        .build())
                .setHttpProcessor(new DefaultHttpProcessor(new ResponseContent(), new ResponseConnControl()))
                .setConnectionReuseStrategy((request, response, context) -> !CoreExchange.isCutOff(response)
                        && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, response, context))
                .setExceptionListener(ExceptionListener.NO_OP)
                .setRequestRouter((request, context) -> (received, answer, of) ->
                        serve(handlers.apply(CoreExchange.path(received)), received, answer, clock))
                .create();
        server.start();
    }

    private static void serve(
            HttpHandler handler, ClassicHttpRequest request, ClassicHttpResponse response, Clock clock)
            throws IOException {
        CoreExchange exchange = new CoreExchange(request, response, clock);
        handler.handle(exchange);
        exchange.finish();
    }

    /** Stops listening, and interrupts requests that are still being served. */
    @Override
    public void close() {
        Closer.closeQuietly(socket);
        if (server != null) {
            server.close(CloseMode.IMMEDIATE);
        }
    }

    /** Hands out the socket that is bound already. */
    private static final class Bound extends ServerSocketFactory {

        private final ServerSocket socket;

        Bound(ServerSocket socket) {
            this.socket = socket;
        }

        @Override
        public ServerSocket createServerSocket(int port) {
            return socket;
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) {
            return socket;
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, java.net.InetAddress address) {
            return socket;
        }
    }
}
