package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.Api;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** A local stand-in for the Jobby.dev REST API v1. */
public final class Jobby implements AutoCloseable {

    /** The base path, as in https://jobby.dev/api/v1. */
    public static final String PATH = "/api/v1";

    /** A token of the right form that opens nothing but a sandbox. */
    public static final String TEST_TOKEN = "jbb_sandboxsandboxnotasecretnotareal";

    private final Supplier<String> serverUrl;
    private final Webhooks webhooks;
    private final JobFair fair;
    private final Billing billing;
    private final JobbyOperations operations;
    private final JobbyApi api;
    private final AccountPages pages;
    private final JobbyTicker ticker;

    /**
     * Prepares a stand-in; its API is to be served below {@link #PATH}.
     *
     * @param serverUrl where the server is reached, without a slash at the end
     */
    public Jobby(Supplier<String> serverUrl, JobbyOptions options, InstantSource clock, long seed) {
        this.serverUrl = serverUrl;
        IdGenerator ids = new IdGenerator(seed);
        webhooks = new Webhooks(options, clock, ids);
        fair = new JobFair(options, clock, ids, webhooks);
        billing = new Billing(serverUrl);
        operations = new JobbyOperations(options, clock, fair, webhooks, billing);
        api = new JobbyApi(options, clock, operations);
        pages = new AccountPages(fair, billing);
        ticker = new JobbyTicker(fair, options);
    }

    /** Returns what answers the requests. */
    public Api<JobbyEndpoint> api() {
        return api;
    }

    /** Returns the pages on which a person decides what no token can. */
    public AccountPages pages() {
        return pages;
    }

    /** Returns what the account agreed to, and was charged. */
    public Billing billing() {
        return billing;
    }

    /** Returns the base URL of the API, without a slash at the end. */
    public String baseUrl() {
        return serverUrl.get() + PATH;
    }

    /** Returns the live events, queues and matches. */
    public JobFair fair() {
        return fair;
    }

    /** Returns the webhook subscriptions and deliveries. */
    public Webhooks webhooks() {
        return webhooks;
    }

    /** Returns the latest requests, 10000 at most, oldest first, also those that were intercepted. */
    public List<ApiRequest<JobbyEndpoint>> requests() {
        return api.requests();
    }

    /** Returns those of the latest requests that went to one endpoint, oldest first. */
    public List<ApiRequest<JobbyEndpoint>> requests(JobbyEndpoint endpoint) {
        return requests().stream().filter(one -> one.endpoint() == endpoint).toList();
    }

    /** Returns how many requests for the queue's status came sooner after another than the documentation allows. */
    public int fastPolls() {
        return operations.fastPolls();
    }

    /** Announces the end of an endpoint in the headers of its answers; null takes it back. */
    public void deprecate(JobbyEndpoint endpoint, Instant sunset) {
        api.deprecate(endpoint, sunset);
    }

    /** Lets an interceptor decide about every request and delivery from now on; null lets all of them pass. */
    public void intercept(Interceptor next) {
        api.intercept(next);
        webhooks.intercept(next);
    }

    /** Stops all movement, and deliveries too. */
    @Override
    public void close() {
        ticker.close();
        webhooks.close();
    }
}
