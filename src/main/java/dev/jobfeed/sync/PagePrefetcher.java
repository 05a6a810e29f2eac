package dev.jobfeed.sync;

import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedResponse;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches the next page of a feed while the one before is being stored: bean {@code jobfeedPrefetcher}. */
public final class PagePrefetcher {

    private static final Logger LOG = LoggerFactory.getLogger(PagePrefetcher.class);

    private final SyncCoordinator attempts;
    private final ProducerTemplate template;
    private final Executor executor;
    private final Map<SyncAttempt, CompletableFuture<Exchange>> fetching = new ConcurrentHashMap<>();

    public PagePrefetcher(SyncCoordinator attempts, ProducerTemplate template, Executor executor) {
        this.attempts = attempts;
        this.template = template;
        this.executor = executor;
    }

    /**
     * The answer to the next request: the one that was sent ahead, or else one that is sent now.
     *
     * @throws Exception what made the request fail
     */
    public FeedResponse take(Exchange loop) throws Exception {
        SyncAttempt attempt = loop.getVariable("jobfeedAttempt", SyncAttempt.class);
        CompletableFuture<Exchange> sent = fetching.remove(attempt);
        OffsetDateTime window = attempt.run().windowFrom();
        Exchange answered =
                sent == null ? fetch(attempt, attempt.run().nextCursor()).get() : sent.get();
        attempt.isPrefetching(false);
        attempts.alignClock(attempt);
        if (!Objects.equals(window, attempt.run().windowFrom()) && !attempt.isStopping()) {
            LOG.warn(
                    "run {}: by the server's clock the window begins at {}; asking for the page again",
                    attempt.run().id(),
                    attempt.run().windowFrom());
            answered = fetch(attempt, attempt.run().nextCursor()).get();
        }
        attempt.pageReceived();
        attempt.times().stores();
        if (answered.getException() != null) {
            throw answered.getException();
        }
        return answered.getMessage().getBody(FeedResponse.class);
    }

    /** Sends the request for the page behind this one, unless this one has to be stored first. */
    public void prefetch(SyncAttempt attempt, FeedPage page) {
        if (attempts.mayPrefetch(attempt, page)) {
            attempt.isPrefetching(true);
            fetching.put(attempt, fetch(attempt, page.next().cursor()));
        }
    }

    private CompletableFuture<Exchange> fetch(SyncAttempt attempt, String cursor) {
        return CompletableFuture.supplyAsync(
                () -> MdcContext.with(attempt, () -> {
                    long asked = attempt.times().fetches();
                    Exchange answered = template.send("direct:feed-fetch-page", exchange -> {
                        exchange.setVariable("jobfeedAttempt", attempt);
                        exchange.setVariable("jobfeedCursor", cursor);
                    });
                    attempt.times().fetched(asked);
                    return answered;
                }),
                executor);
    }

    /**
     * Waits for a page that the loop did not come to take any more, without sending another request for it; not for one
     * that only waits to be asked for again.
     */
    public void awaitInFlight(SyncAttempt attempt) throws InterruptedException {
        CompletableFuture<Exchange> sent = fetching.remove(attempt);
        if (sent != null) {
            attempt.stopRetrying();
            while (!sent.isDone() && !attempt.isWaiting()) {
                try {
                    sent.get(50, TimeUnit.MILLISECONDS);
                } catch (ExecutionException e) {
                    LOG.debug("The page ahead failed", e);
                } catch (TimeoutException e) {
                    LOG.trace("The page ahead is still on its way", e);
                }
            }
        }
    }
}
