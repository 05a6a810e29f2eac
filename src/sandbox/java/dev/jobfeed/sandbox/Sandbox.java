package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** A local stand-in for the Jobo Enterprise API, with one for Jobby.dev beside it, on 127.0.0.1 only. */
public final class Sandbox implements AutoCloseable {

    /** A key of the right form that opens nothing but a sandbox. */
    public static final String TEST_KEY = "jbe_test_sandboxsandboxsandbox_not-a-secret-not-a-secret-not-a-secret-test";

    private final BoundServer server;
    private final ShiftedClock clock;
    private final JobUniverse world;
    private final RequestLog log = new RequestLog();
    private final SandboxOptions options;
    private final AtomicReference<Interceptor> interceptor = new AtomicReference<>();
    private final UniverseTicker movement;
    private final Jobby jobby;

    private Sandbox(BoundServer server, SandboxOptions given, JobbyOptions jobbyOptions) throws IOException {
        this.server = server;
        clock = new ShiftedClock(given.clock());
        options = given.withClock(clock);
        world = new JobUniverse(options);
        Faults faults =
                options.faults().isEmpty() ? null : new Faults(options.faults(), options.seed(), options.clock());
        jobby = new Jobby(
                baseUrl(),
                jobbyOptions,
                options.clock(),
                (time, method, path, query, body, status, rows, bytes, fault) -> log.add(
                        new ReceivedRequest(time, System.nanoTime(), method, path, query, body),
                        status,
                        rows,
                        bytes,
                        fault));
        interceptor.set(faults);
        jobby.intercept(faults);
        JoboFrontend front = new JoboFrontend(options, world, log, interceptor, new AdminEndpoint(world, log, this));
        server.start(path -> path.startsWith(Jobby.PATH + "/") ? jobby.handler() : front, clock);
        movement = new UniverseTicker(world, options);
    }

    /**
     * Starts a sandbox.
     *
     * @throws BindException when the port is taken
     * @throws FaultScriptException when the fault rules cannot be used
     * @throws IOException when the jobs file cannot be read
     */
    public static Sandbox start(SandboxOptions options) throws IOException {
        return start(options, JobbyOptions.defaults());
    }

    /**
     * Starts a sandbox whose Jobby.dev is as these options say.
     *
     * @throws java.net.BindException when the port is taken
     * @throws IOException when the jobs file cannot be read
     */
    public static Sandbox start(SandboxOptions options, JobbyOptions jobbyOptions) throws IOException {
        InetSocketAddress address =
                new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), options.port());
        BoundServer server = new BoundServer(address);
        try {
            return new Sandbox(server, options, jobbyOptions);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** The port it listens on. */
    public int port() {
        return server.port();
    }

    /** Where it is reached, without a slash at the end. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port();
    }

    /** The jobs and companies it serves. */
    public JobUniverse world() {
        return world;
    }

    /** The stand-in for Jobby.dev, on the same port. */
    public Jobby jobby() {
        return jobby;
    }

    /**
     * Sets the sandbox's clock: its {@code Date} header, and every time that it writes or compares from now on.
     *
     * @param offset to the clock of its options; negative for a clock that is behind
     */
    public void shiftClock(Duration offset) {
        clock.set(offset);
        world.clockWasSet();
    }

    /** The requests it received. */
    public RequestLog log() {
        return log;
    }

    /**
     * Lets an interceptor decide about every request to Jobo from now on; null lets all of them pass. There is one at
     * a time: it takes the place of faults, as faults take its place. Jobby.dev has its own, see
     * {@link Jobby#intercept}.
     */
    public void intercept(Interceptor next) {
        interceptor.set(next);
    }

    /**
     * Lets faults strike from now on, by these rules and no others; without rules, nothing goes wrong any more.
     *
     * @return the script at work, to ask how often each rule struck
     * @throws FaultScriptException when one of the rules cannot be used; then all stays as it was
     */
    public Faults faults(FaultRule... rules) {
        return faults(List.of(rules));
    }

    /** The same as {@link #faults(FaultRule...)}, for a script that was read with {@link FaultRule#script}. */
    public Faults faults(List<FaultRule> rules) {
        Faults faults = new Faults(rules, options.seed(), options.clock());
        interceptor.set(faults);
        jobby.intercept(faults);
        return faults;
    }

    /** Lets nothing go wrong any more, at either API. */
    void calm() {
        interceptor.set(null);
        jobby.intercept(null);
    }

    /** What decides about requests to Jobo; null when nothing does. */
    Interceptor interceptor() {
        return interceptor.get();
    }

    /** The time that it goes by. */
    Instant now() {
        return clock.instant();
    }

    /** Stops listening, and interrupts requests that are still being served. */
    @Override
    public void close() {
        movement.close();
        jobby.close();
        server.close();
    }
}
