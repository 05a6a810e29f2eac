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

/** Fetches the next page of a feed while the current page is stored: bean {@code jobfeedPrefetcher}. */
public final class PagePrefetcher {

    private static final Logger LOG = LoggerFactory.getLogger(PagePrefetcher.class);

    private final ProducerTemplate template;
    private final Executor executor;
    private final Map<SyncAttempt, CompletableFuture<Exchange>> fetching = new ConcurrentHashMap<>();

    public PagePrefetcher(ProducerTemplate template, Executor executor) {
        this.template = template;
        this.executor = executor;
    }

    /**
     * Returns the response to the next request: the prefetched one, or else of a request that is sent now.
     *
     * @throws Exception the failure of the request
     */
    public FeedResponse take(Exchange loop) throws Exception {
        SyncAttempt attempt = loop.getVariable("jobfeedAttempt", SyncAttempt.class);
        CompletableFuture<Exchange> inFlight = fetching.remove(attempt);
        OffsetDateTime window = attempt.run().windowFrom();
        Exchange response =
                inFlight == null ? fetch(attempt, attempt.run().nextCursor()).get() : inFlight.get();
        attempt.isPrefetching(false);
        ClockAlignment.align(attempt);
        if (!Objects.equals(window, attempt.run().windowFrom()) && !attempt.isStopping()) {
            LOG.warn(
                    "run {}: by the server's clock the window begins at {}; asking for the page again",
                    attempt.run().id(),
                    attempt.run().windowFrom());
            response = fetch(attempt, attempt.run().nextCursor()).get();
        }
        attempt.progress().stores();
        if (response.getException() != null) {
            throw response.getException();
        }
        return response.getMessage().getBody(FeedResponse.class);
    }

    /** Requests the next page in advance, unless the current page has to be stored first. */
    public void prefetch(SyncAttempt attempt, FeedPage page) {
        if (mayPrefetch(attempt, page)) {
            attempt.isPrefetching(true);
            fetching.put(attempt, fetch(attempt, page.next().cursor()));
        }
    }

    private CompletableFuture<Exchange> fetch(SyncAttempt attempt, String cursor) {
        return CompletableFuture.supplyAsync(
                () -> MdcContext.with(attempt, () -> {
                    long requestedAt = attempt.progress().fetches();
                    Exchange response = template.send("direct:feed-fetch-page", exchange -> {
                        exchange.setVariable("jobfeedAttempt", attempt);
                        exchange.setVariable("jobfeedCursor", cursor);
                    });
                    attempt.progress().fetched(requestedAt);
                    return response;
                }),
                executor);
    }

    /**
     * Waits for an in-flight prefetch, so that its cost is recorded. Does not repeat the request, and does not wait for
     * one that is waiting to be retried.
     */
    public void awaitInFlight(SyncAttempt attempt) {
        CompletableFuture<Exchange> inFlight = fetching.remove(attempt);
        if (inFlight != null) {
            attempt.stopRetrying();
            while (!inFlight.isDone() && !attempt.isWaiting()) {
                try {
                    inFlight.get(50, TimeUnit.MILLISECONDS);
                } catch (ExecutionException e) {
                    LOG.debug("The prefetch failed", e);
                } catch (TimeoutException e) {
                    LOG.trace("The prefetch is still in progress", e);
                } catch (InterruptedException e) {
                    // stays cleared, because H2 closes its file when an interrupted thread saves the attempt
                    LOG.debug("Stopped waiting for the prefetch", e);
                    return;
                }
            }
        }
    }

    /** Returns whether the next page may be requested before the current one is stored. */
    private static boolean mayPrefetch(SyncAttempt attempt, FeedPage page) {
        return page.next().hasNext()
                && !attempt.pagination().leadsBack(page)
                && !attempt.run().scan().isEmptyForTooLongWith(page.received())
                && attempt.mayPrefetch()
                && CreditPolicy.withinBudget(attempt);
    }
}
