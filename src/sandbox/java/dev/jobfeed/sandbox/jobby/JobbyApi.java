package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.Api;
import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.HttpReply;
import dev.jobfeed.sandbox.http.RateWindow;
import dev.jobfeed.sandbox.http.ReceivedRequest;
import dev.jobfeed.sandbox.http.Times;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Answers requests to Jobby.dev: token, rate limit, scope, idempotency, validation, in this order.
 * Where no token is needed, a request without a known one is served and not counted; the documentation is silent about
 * that.
 */
final class JobbyApi extends Api<JobbyEndpoint> {

    private static final Pattern UUID_V4 =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    private static final int MOST_REQUESTS = 10_000;

    private record RateKey(String token, JobbyEndpoint endpoint) {}

    private final JobbyOptions options;
    private final InstantSource clock;
    private final JobbyOperations operations;
    private final Deque<ApiRequest<JobbyEndpoint>> requests = new ArrayDeque<>();
    private final Map<RateKey, RateWindow> rates = new ConcurrentHashMap<>();
    private final IdempotencyStore replies = new IdempotencyStore();
    private final Map<JobbyEndpoint, Instant> sunsets = new ConcurrentHashMap<>();

    JobbyApi(JobbyOptions options, InstantSource clock, JobbyOperations operations) {
        super(Jobby.PATH);
        this.options = options;
        this.clock = clock;
        this.operations = operations;
    }

    List<ApiRequest<JobbyEndpoint>> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    void deprecate(JobbyEndpoint endpoint, Instant sunset) {
        sunsets.compute(endpoint, (key, old) -> sunset);
    }

    @Override
    protected JobbyEndpoint endpoint(String method, String path) {
        return JobbyEndpoint.at(method, path);
    }

    @Override
    public ApiRequest<JobbyEndpoint> receive(ReceivedRequest request) {
        synchronized (requests) {
            ApiRequest<JobbyEndpoint> received = super.receive(request);
            requests.addLast(received);
            if (requests.size() > MOST_REQUESTS) {
                requests.removeFirst();
            }
            return received;
        }
    }

    @Override
    public HttpReply answer(ApiRequest<JobbyEndpoint> request, ReceivedRequest received, ApiError error) {
        Map<String, String> headers = new LinkedHashMap<>();
        Instant sunset = sunsets.get(request.endpoint());
        if (sunset != null) {
            headers.put("Deprecation", "true");
            headers.put("Sunset", Times.httpDate(sunset));
        }
        HttpReply reply;
        try {
            String token = token(received.headers().get("authorization"));
            admit(request.endpoint(), token, headers, error);
            reply = performOnce(request, token);
        } catch (ApiError refusal) {
            reply = refusal.reply();
        }
        return reply.with(headers);
    }

    private void admit(JobbyEndpoint endpoint, String token, Map<String, String> headers, ApiError error)
            throws ApiError {
        if (endpoint == JobbyEndpoint.OTHER) {
            throw ErrorCode.NOT_FOUND.error();
        }
        if (token == null && !endpoint.isPublic()) {
            throw ErrorCode.INVALID_TOKEN.error();
        }
        if (token != null) {
            count(endpoint, token, headers);
        }
        if (error != null) {
            throw error;
        }
        String scope = endpoint.scope();
        // no scope lets a token accept a match: "that tap is always human-driven"
        if (scope != null && !options.tokens.get(token).contains(scope) || endpoint == JobbyEndpoint.MATCH_ACCEPT) {
            throw ErrorCode.INSUFFICIENT_SCOPE.error();
        }
    }

    private void count(JobbyEndpoint endpoint, String token, Map<String, String> headers) throws ApiError {
        Instant now = clock.instant();
        // an empty window, so that a client that slows down near the end of one does not either
        RateWindow rate = new RateWindow(endpoint.perMinute());
        long wait = 0;
        if (options.rateLimits) {
            RateWindow known = rates.putIfAbsent(new RateKey(token, endpoint), rate);
            rate = known == null ? rate : known;
            wait = rate.secondsToWait(now);
        }
        headers.putAll(rate.headers(now));
        if (wait > 0) {
            throw ErrorCode.RATE_LIMITED
                    .error("Rate limit exceeded. Retry after " + wait + " seconds.")
                    .with(ApiError.retryAfter(wait));
        }
    }

    private HttpReply performOnce(ApiRequest<JobbyEndpoint> request, String token) throws ApiError {
        String key = request.idempotencyKey();
        if (key == null || !request.endpoint().mutates()) {
            return operations.perform(request, token);
        }
        String uuid = key.toLowerCase(Locale.ROOT);
        if (!UUID_V4.matcher(uuid).matches()) {
            throw ErrorCode.invalid("Idempotency-Key", "must be a UUID v4");
        }
        return replies.once(token, request.endpoint(), uuid, clock.instant(), () -> operations.perform(request, token));
    }

    /** Returns the token, when it is one of ours; null otherwise. */
    private String token(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return null;
        }
        String token = authorization.substring(7).strip();
        return options.tokens.containsKey(token) ? token : null;
    }
}
