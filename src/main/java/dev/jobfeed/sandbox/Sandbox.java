package dev.jobfeed.sandbox;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A local stand-in for the Jobo Enterprise API, on 127.0.0.1 only. */
public final class Sandbox implements AutoCloseable {

    /** A key of the right form that opens nothing but a sandbox. */
    public static final String TEST_KEY =
            "jbe_test_sandboxsandboxsandbox_not-a-secret-not-a-secret-not-a-secret-test";

    static {
        // read once, when the server's classes are loaded; without it small answers wait for an acknowledgement
        if (System.getProperty("sun.net.httpserver.nodelay") == null) {
            System.setProperty("sun.net.httpserver.nodelay", "true");
        }
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final World world;
    private final RequestLog log = new RequestLog();
    private final Front front;
    private final Movement movement;

    private Sandbox(HttpServer server, SandboxOptions options) throws IOException {
        this.server = server;
        AtomicInteger count = new AtomicInteger();
        // a thread for each connection that is busy, so that a request held back by an interceptor blocks no other
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "sandbox-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        world = new World(options);
        front = new Front(options, world, log);
        server.setExecutor(threads);
        server.createContext("/", front);
        server.start();
        movement = new Movement(world, options);
    }

    /**
     * Starts a sandbox.
     *
     * @throws java.net.BindException when the port is taken
     * @throws IOException when the jobs file cannot be read
     */
    public static Sandbox start(SandboxOptions options) throws IOException {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), options.port());
        HttpServer server = HttpServer.create(address, 0);
        try {
            return new Sandbox(server, options);
        } catch (IOException | RuntimeException e) {
            server.stop(0);
            throw e;
        }
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Where it is reached, without a slash at the end. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port();
    }

    /** The jobs and companies it serves. */
    public World world() {
        return world;
    }

    /** The requests it received. */
    public RequestLog log() {
        return log;
    }

    /** Lets an interceptor decide about every request from now on; null lets all of them pass. */
    public void intercept(Interceptor interceptor) {
        front.intercept(interceptor);
    }

    /** Stops listening, and interrupts requests that are still being served. */
    @Override
    public void close() {
        movement.close();
        server.stop(0);
        threads.shutdownNow();
    }
}
