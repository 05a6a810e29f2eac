package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** A local stand-in for the Jobo Enterprise API, with one for Jobby.dev beside it, on 127.0.0.1 only. */
public final class Sandbox implements AutoCloseable {

    /** A key of the right form that opens nothing but a sandbox. */
    public static final String TEST_KEY = "jbe_test_sandboxsandboxsandbox_not-a-secret-not-a-secret-not-a-secret-test";

    private final InstantSource clock;
    private final long seed;
    private final Dataset data;
    private final RequestLog log = new RequestLog();
    private final JoboApi jobo;
    private final Jobby jobby;
    private final HttpFrontend frontend;
    private final DatasetTicker ticker;
    private volatile Duration clockOffset = Duration.ZERO;

    private Sandbox(SandboxOptions options, JobbyOptions jobbyOptions) throws IOException {
        clock = () -> options.clock.instant().plus(clockOffset);
        seed = options.seed;
        data = new Dataset(options, clock);
        jobo = new JoboApi(options, clock, data);
        jobby = new Jobby(this::baseUrl, jobbyOptions, clock, seed);
        try {
            faults(options.faults);
            frontend = new HttpFrontend(options, clock, jobo, jobby, new AdminEndpoint(this), log);
        } catch (IOException | RuntimeException e) {
            jobby.close();
            data.close();
            throw e;
        }
        ticker = new DatasetTicker(data, options, clock);
    }

    /**
     * Starts a sandbox.
     *
     * @throws BindException when the port is taken
     * @throws DataFileInUseException when another sandbox has the data file open
     * @throws FaultScriptException when the fault rules cannot be used
     * @throws IllegalArgumentException when a line of the jobs file is not a job
     * @throws IOException when the jobs file cannot be read
     */
    public static Sandbox start(SandboxOptions options) throws IOException {
        return start(options, JobbyOptions.builder().build());
    }

    /** Starts a sandbox whose Jobby.dev is as these options say. */
    public static Sandbox start(SandboxOptions options, JobbyOptions jobbyOptions) throws IOException {
        return new Sandbox(options, jobbyOptions);
    }

    /** Returns the port it listens on. */
    public int port() {
        return frontend.port();
    }

    /** Returns where it is reached, without a slash at the end. */
    public String baseUrl() {
        return "http://127.0.0.1:" + port();
    }

    /** Returns the jobs and companies it serves. */
    public Dataset data() {
        return data;
    }

    /** Returns the stand-in for Jobby.dev, on the same port. */
    public Jobby jobby() {
        return jobby;
    }

    /**
     * Sets the sandbox's clock: its {@code Date} header, and every time that it writes or compares from now on.
     *
     * @param offset to the clock of its options; negative for a clock that is behind
     */
    public void shiftClock(Duration offset) {
        clockOffset = offset;
        data.clockWasSet();
    }

    /** Returns the requests it received. */
    public RequestLog log() {
        return log;
    }

    /**
     * Lets an interceptor decide about every request to Jobo from now on; null lets all of them pass. There is one at
     * a time: it takes the place of faults, as faults take its place. Jobby.dev has its own, see
     * {@link Jobby#intercept}.
     */
    public void intercept(Interceptor next) {
        jobo.intercept(next);
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

    /** Lets faults strike as {@link #faults(FaultRule...)} does, by a script that was read with {@link FaultRule#script}. */
    public Faults faults(List<FaultRule> rules) {
        Faults faults = new Faults(rules, seed, clock);
        jobo.intercept(faults);
        jobby.intercept(faults);
        return faults;
    }

    /** Returns what decides about requests to Jobo; null when nothing does. */
    Interceptor interceptor() {
        return jobo.interceptor();
    }

    /** Returns the time that it goes by. */
    Instant now() {
        return clock.instant();
    }

    /** Stops listening, and interrupts requests that are still being served. */
    @Override
    public void close() {
        ticker.close();
        jobby.close();
        frontend.close();
        try {
            data.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
