package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.Defect;
import dev.jobfeed.sandbox.http.DeliveryDefect;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.Json;
import dev.jobfeed.sandbox.http.Ticker;
import dev.jobfeed.sandbox.http.WebhookEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The webhook subscriptions, and what is sent to them: at least once, repeated until it is acknowledged or
 * dead-lettered at the sixth attempt.
 *
 * <p>Every method may be called from any thread; none waits for a delivery.
 */
public final class Webhooks {

    /** "Retry policy" */
    private static final List<Duration> DELAYS = List.of(
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(6),
            Duration.ofHours(24));

    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "[::1]");
    private static final int FAILURES_UNTIL_PAUSE = 25;
    private static final int MOST = 10_000;
    private static final int KEPT_OF_ANSWER = 1024;
    private static final long STALE_SECONDS = 600;

    /** A subscription with what is known of it; the token is null when no request created it. */
    private static final class Subscription {
        private final Webhook webhook;
        private final String token;
        private int failuresInARow;

        Subscription(Webhook webhook, String token) {
            this.webhook = webhook;
            this.token = token;
        }
    }

    private record PendingDelivery(Subscription to, WebhookEvent event, DeliveryDefect defect, int attempt) {}

    private final JobbyOptions options;
    private final InstantSource clock;
    private final IdGenerator ids;
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();
    private final Deque<Delivery> deliveries = new ArrayDeque<>();
    private final ExecutorService threads = Executors.newCachedThreadPool(Ticker.daemon("jobby-webhook"));
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .proxy(HttpClient.Builder.NO_PROXY)
            .executor(threads)
            .build();
    private volatile Interceptor interceptor;

    Webhooks(JobbyOptions options, InstantSource clock, IdGenerator ids) {
        this.options = options;
        this.clock = clock;
        this.ids = ids;
    }

    void intercept(Interceptor next) {
        interceptor = next;
    }

    /**
     * Subscribes without a request; every token may ask for its deliveries.
     *
     * @param targetUrl on this machine, by http
     * @param secret nullable: one is drawn
     */
    public Webhook add(String targetUrl, String secret, String... events) {
        if (!isLocal(targetUrl)) {
            throw new IllegalArgumentException(targetUrl + " is not on this machine, where alone the sandbox delivers");
        }
        return add(null, targetUrl, List.of(events), null, secret);
    }

    synchronized Webhook add(String token, String targetUrl, List<String> events, String description, String secret) {
        Webhook webhook = new Webhook(
                ids.next("whk_", 12),
                targetUrl,
                events,
                description,
                secret == null ? ids.next("jbb_whsec_", 32) : secret,
                clock.instant());
        subscriptions.put(webhook.id(), new Subscription(webhook, token));
        return webhook;
    }

    /** Returns the subscriptions so far, oldest first. */
    public synchronized List<Webhook> all() {
        return subscriptions.values().stream().map(one -> one.webhook).toList();
    }

    /** Delivers an event to every subscriber of its type. */
    public WebhookEvent deliver(String type, Map<String, ?> data) {
        return deliver(type, data, DeliveryDefect.NONE);
    }

    /** Delivers an event to every subscriber of its type, with something wrong about it. */
    public WebhookEvent deliver(String type, Map<String, ?> data, DeliveryDefect defect) {
        WebhookEvent event = event(type, data);
        deliver(event, defect);
        return event;
    }

    /** Delivers an event again that was delivered before: the same body, new deliveries. */
    public void deliver(WebhookEvent event, DeliveryDefect defect) {
        List<Subscription> subscribers;
        synchronized (this) {
            subscribers = subscriptions.values().stream()
                    .filter(one -> one.webhook.events().contains(event.type()))
                    .toList();
        }
        for (Subscription one : subscribers) {
            attempt(new PendingDelivery(one, event, defect, 1));
            if (defect == DeliveryDefect.REPEATED) {
                attempt(new PendingDelivery(one, event, defect, 1));
            }
        }
    }

    /** Returns the latest finished attempts, 10000 at most, in the order in which they ended. */
    public synchronized List<Delivery> deliveries() {
        return List.copyOf(deliveries);
    }

    /** Tells whether a subscription failed so often in a row that nothing is sent to it any more. */
    public synchronized boolean isPaused(String webhookId) {
        return isPaused(subscriptions.get(webhookId));
    }

    /** Returns the subscription as a token sees it: null when there is none, or it is another's. */
    synchronized Webhook of(String token, String id) {
        Subscription one = subscriptions.get(id);
        return one == null || one.token != null && !one.token.equals(token) ? null : one.webhook;
    }

    /** Returns the subscriptions that a token sees, oldest first. */
    synchronized List<Webhook> of(String token) {
        return subscriptions.keySet().stream()
                .map(id -> of(token, id))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Ends a subscription; deliveries that are due to it are not made any more. */
    synchronized void remove(String id) {
        subscriptions.remove(id);
    }

    /** Sends the synthetic event, whatever the subscription's types. Its type and data are not documented. */
    WebhookEvent test(String id) {
        WebhookEvent event = event("webhook.test", Map.of("test", true));
        Subscription one;
        synchronized (this) {
            one = subscriptions.get(id);
        }
        attempt(new PendingDelivery(one, event, DeliveryDefect.NONE, 1));
        return event;
    }

    private WebhookEvent event(String type, Map<String, ?> data) {
        String id = ids.next("evt_", 12);
        Map<String, Object> body = Json.object(
                "id", id, "type", type, "created_at", clock.instant().getEpochSecond(), "data", data);
        return new WebhookEvent(id, type, new String(Json.bytes(body), StandardCharsets.UTF_8));
    }

    private void attempt(PendingDelivery pending) {
        Interceptor current = interceptor;
        // a delivery that a test made with a defect has that one, and no other
        Defect defect =
                current == null || pending.defect != DeliveryDefect.NONE ? Defect.NONE : current.decide(pending.event);
        if (!defect.delay().isZero()) {
            later(defect.delay(), () -> attempt(pending, defect.kind()));
        } else {
            attempt(pending, defect.kind());
        }
    }

    private void attempt(PendingDelivery pending, DeliveryDefect defect) {
        switch (defect) {
            case NONE -> send(pending);
            case LOST -> finish(pending, ids.next("dlv_", 12), clock.instant(), null);
            case WRONG_SIGNATURE, OLD_TIMESTAMP, REPEATED -> {
                send(new PendingDelivery(pending.to, pending.event, defect, pending.attempt));
                send(pending);
            }
        }
    }

    private void send(PendingDelivery pending) {
        Webhook to = pending.to.webhook;
        synchronized (this) {
            if (isPaused(pending.to) || !subscriptions.containsKey(to.id())) {
                return;
            }
        }
        String id = ids.next("dlv_", 12);
        Instant now = clock.instant();
        long signedAt = now.getEpochSecond() - (pending.defect == DeliveryDefect.OLD_TIMESTAMP ? STALE_SECONDS : 0);
        String secret = pending.defect == DeliveryDefect.WRONG_SIGNATURE ? to.secret() + "-of-another" : to.secret();
        HttpRequest request = HttpRequest.newBuilder(URI.create(to.targetUrl()))
                .timeout(options.deliveryTimeout)
                .header("Content-Type", "application/json")
                .header("Jobbydev-Signature", Signature.of(secret, signedAt, pending.event.body()))
                .header("Jobbydev-Event", pending.event.type())
                .header("Jobbydev-Delivery-Id", id)
                .header("Jobbydev-Subscription-Id", to.id())
                .POST(BodyPublishers.ofString(pending.event.body()))
                .build();
        try {
            client.sendAsync(request, BodyHandlers.ofByteArray())
                    .whenComplete((response, failure) -> finish(pending, id, now, response));
        } catch (RejectedExecutionException e) {
            // the sandbox is being closed
        }
    }

    private synchronized void finish(PendingDelivery pending, String id, Instant at, HttpResponse<byte[]> response) {
        boolean acknowledged = response != null && response.statusCode() / 100 == 2;
        Duration delay = null;
        if (!pending.defect.isForged()) {
            pending.to.failuresInARow = acknowledged ? 0 : pending.to.failuresInARow + 1;
            if (!acknowledged && pending.attempt <= DELAYS.size()) {
                delay = scaled(DELAYS.get(pending.attempt - 1));
            }
        }
        if (deliveries.size() == MOST) {
            deliveries.removeFirst();
        }
        deliveries.addLast(new Delivery(
                id,
                pending.to.webhook.id(),
                pending.event.id(),
                pending.event.type(),
                pending.defect,
                pending.attempt,
                at,
                response == null ? null : response.statusCode(),
                response == null ? null : beginning(response.body()),
                delay == null ? null : at.plus(delay),
                acknowledged
                        ? DeliveryState.DELIVERED
                        : delay == null ? DeliveryState.DEAD_LETTERED : DeliveryState.RETRYING));
        if (delay != null) {
            PendingDelivery next = new PendingDelivery(pending.to, pending.event, pending.defect, pending.attempt + 1);
            later(delay, () -> attempt(next));
        }
    }

    private void later(Duration delay, Runnable task) {
        CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, threads)
                .execute(task);
    }

    /** Tells whether a target is on this machine: nothing that is tried here may reach another machine. */
    static boolean isLocal(String target) {
        try {
            URI uri = URI.create(target);
            return "http".equals(uri.getScheme()) && uri.getHost() != null && LOOPBACK.contains(uri.getHost());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Duration scaled(Duration delay) {
        return Duration.ofNanos((long) (delay.toNanos() * options.retryTimeScale));
    }

    private static boolean isPaused(Subscription one) {
        return one.failuresInARow >= FAILURES_UNTIL_PAUSE;
    }

    private static String beginning(byte[] body) {
        return new String(body, 0, Math.min(body.length, KEPT_OF_ANSWER), StandardCharsets.UTF_8);
    }

    void close() {
        threads.shutdownNow();
    }
}
