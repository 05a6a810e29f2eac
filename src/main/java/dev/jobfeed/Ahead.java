package dev.jobfeed;

import dev.jobfeed.feed.Answer;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.run.Attempt;
import dev.jobfeed.run.Attempts;
import dev.jobfeed.run.LogMarks;
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

/** Fetches the next page of a feed while the one before is being stored: bean {@code jobfeedAhead}. */
public final class Ahead {

    private static final Logger LOG = LoggerFactory.getLogger(Ahead.class);

    private final Attempts attempts;
    private final ProducerTemplate template;
    private final Executor executor;
    private final Map<Attempt, CompletableFuture<Exchange>> fetching = new ConcurrentHashMap<>();

    public Ahead(Attempts attempts, ProducerTemplate template, Executor executor) {
        this.attempts = attempts;
        this.template = template;
        this.executor = executor;
    }

    /**
     * The answer to the next request: the one that was sent ahead, or else one that is sent now.
     *
     * @throws Exception what made the request fail
     */
    public Answer page(Exchange loop) throws Exception {
        Attempt attempt = loop.getVariable("jobfeedAttempt", Attempt.class);
        CompletableFuture<Exchange> sent = fetching.remove(attempt);
        OffsetDateTime window = attempt.run().windowFrom();
        Exchange answered =
                sent == null ? fetch(attempt, attempt.run().nextCursor()).get() : sent.get();
        attempt.isAhead(false);
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
        return answered.getMessage().getBody(Answer.class);
    }

    /** Sends the request for the page behind this one, unless this one has to be stored first. */
    public void begin(Attempt attempt, FeedPage page) {
        if (attempts.mayFetchAhead(attempt, page)) {
            attempt.isAhead(true);
            fetching.put(attempt, fetch(attempt, page.next().cursor()));
        }
    }

    private CompletableFuture<Exchange> fetch(Attempt attempt, String cursor) {
        return CompletableFuture.supplyAsync(
                () -> LogMarks.with(attempt, () -> {
                    long asked = attempt.times().fetches();
                    Exchange answered = template.send("direct:jobs-feed-fetch", exchange -> {
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
    public void settle(Attempt attempt) throws InterruptedException {
        CompletableFuture<Exchange> sent = fetching.remove(attempt);
        if (sent != null) {
            attempt.triesNoMore();
            while (!sent.isDone() && !attempt.isPausing()) {
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
