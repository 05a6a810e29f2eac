package dev.jobfeed.sandbox.http;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** An API that the sandbox serves, behind its interceptor. */
public abstract class Api<E extends Target> {

    private final String basePath;
    private final Map<E, Long> sequences = new ConcurrentHashMap<>();
    private volatile Interceptor interceptor;

    protected Api(String basePath) {
        this.basePath = basePath;
    }

    public void intercept(Interceptor next) {
        interceptor = next;
    }

    /** Returns what decides about requests and deliveries; null when nothing does. */
    public Interceptor interceptor() {
        return interceptor;
    }

    /** Counts a request. */
    public ApiRequest<E> receive(ReceivedRequest request) {
        String path = request.path().substring(basePath.length());
        E endpoint = endpoint(request.method(), path);
        Map<String, String> headers = new HashMap<>(request.headers());
        headers.remove("x-api-key");
        headers.remove("authorization");
        return new ApiRequest<>(
                sequences.merge(endpoint, 1L, Long::sum),
                endpoint,
                request.method(),
                path,
                request.query(),
                request.body(),
                Map.copyOf(headers));
    }

    public Interceptor.Verdict decide(ApiRequest<E> request) throws IOException, InterruptedException {
        Interceptor current = interceptor;
        return current == null ? Interceptor.pass() : current.decide(request);
    }

    protected abstract E endpoint(String method, String path);

    /**
     * Answers a request.
     *
     * @param error refuses the request once its key or token is accepted and it is counted; nullable
     */
    public abstract HttpReply answer(ApiRequest<E> request, ReceivedRequest received, ApiError error);
}
