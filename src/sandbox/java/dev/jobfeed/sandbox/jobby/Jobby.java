package dev.jobfeed.sandbox.jobby;

import com.sun.net.httpserver.HttpHandler;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** A local stand-in for the Jobby.dev REST API v1. */
public final class Jobby implements AutoCloseable {

    /** The base path, as in https://jobby.dev/api/v1. */
    public static final String PATH = "/api/v1";

    /** A token of the right form that opens nothing but a sandbox. */
    public static final String TEST_TOKEN = "jbb_sandboxsandboxnotasecretnotareal";

    private final String baseUrl;
    private final Webhooks webhooks;
    private final JobFair fair;
    private final JobbyApi api;
    private final JobbyFrontend front;
    private final JobbyMovement movement;
    private final AtomicReference<JobbyInterceptor> interceptor = new AtomicReference<>();

    /**
     * Prepares a stand-in; {@link #handler()} is to be served below {@link #PATH}.
     *
     * @param serverUrl where the server is reached, without a slash at the end
     * @param log where requests are noted
     */
    public Jobby(String serverUrl, JobbyOptions options, Clock clock, JobbyLog log) {
        Names names = new Names(options.seed());
        baseUrl = serverUrl + PATH;
        webhooks = new Webhooks(options, clock, names, interceptor);
        fair = new JobFair(options, clock, names, webhooks);
        api = new JobbyApi(options, clock, fair, webhooks);
        front = new JobbyFrontend(api, clock, log, interceptor);
        movement = new JobbyMovement(fair, options);
    }

    /** What serves the requests. */
    public HttpHandler handler() {
        return front;
    }

    /** The base URL of the API, without a slash at the end. */
    public String baseUrl() {
        return baseUrl;
    }

    /** The live events, queues and matches. */
    public JobFair fair() {
        return fair;
    }

    /** The webhook subscriptions and deliveries. */
    public Webhooks webhooks() {
        return webhooks;
    }

    /** The latest requests, 10000 at most, oldest first, also those that were intercepted. */
    public List<JobbyRequest> requests() {
        return front.requests();
    }

    /** Those of the latest requests that went to one endpoint, oldest first. */
    public List<JobbyRequest> requests(JobbyEndpoint endpoint) {
        return requests().stream().filter(one -> one.endpoint() == endpoint).toList();
    }

    /** How many requests for the queue's status came sooner after another than the documentation allows. */
    public int fastPolls() {
        return api.fastPolls();
    }

    /** Announces the end of an endpoint in the headers of its answers; null takes it back. */
    public void deprecate(JobbyEndpoint endpoint, Instant sunset) {
        if (sunset == null) {
            api.sunsets().remove(endpoint);
        } else {
            api.sunsets().put(endpoint, sunset);
        }
    }

    /** Lets an interceptor decide about every request and delivery from now on; null lets all of them pass. */
    public void intercept(JobbyInterceptor next) {
        interceptor.set(next);
    }

    /** Stops all movement, and deliveries too. */
    @Override
    public void close() {
        movement.close();
        webhooks.close();
    }
}
