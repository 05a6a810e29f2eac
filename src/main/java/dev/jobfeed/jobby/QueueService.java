package dev.jobfeed.jobby;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.alert.AlertService;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.persistence.StreamStateRepository;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.sync.StoreOriginMismatchException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Provides the steps of the queue to routes: bean {@code jobfeedQueue}. Has no step that accepts a match, which only
 * the operator can do in a browser.
 */
public final class QueueService {

    private static final Logger LOG = LoggerFactory.getLogger(QueueService.class);

    /** Stream of the queue's alerts. */
    public static final String STREAM = "jobby_queue";

    /** Time after a join within which the API may not report the place yet. */
    private static final Duration SETTLING_TIME = Duration.ofMinutes(1);

    private static final Duration REJECTED_POLL_INTERVAL = Duration.ofMinutes(5);

    private final JobfeedProperties settings;
    private final StreamStateRepository states;
    private final QueueRepository store;
    private final MatchService matches;
    private final AlertService alerts;
    private final TransactionTemplate transaction;
    private final TransactionTemplate committed;
    private final Clock clock;

    public QueueService(
            JobfeedProperties settings,
            StreamStateRepository states,
            QueueRepository store,
            MatchService matches,
            AlertService alerts,
            TransactionTemplate transaction,
            Clock clock) {
        this.settings = settings;
        this.states = states;
        this.store = store;
        this.matches = matches;
        this.alerts = alerts;
        this.transaction = transaction;
        this.committed = new TransactionTemplate(transaction.getTransactionManager());
        this.committed.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.clock = clock;
    }

    /**
     * Returns the open request for an event, or a new one. It is committed on return, even inside a caller's
     * transaction.
     *
     * @throws IllegalArgumentException if the text is not the id of an event
     * @throws StoreOriginMismatchException if the store has the queue of another server
     */
    public JoinRequest request(String eventId) {
        String id = JobbyId.of(String.valueOf(eventId))
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + eventId + "' is not the id of an event, such as evt_abc123."));
        settings.jobby().token();
        originMismatch().ifPresent(mismatch -> {
            throw new StoreOriginMismatchException(mismatch);
        });
        return store.openOf(id).orElseGet(() -> {
            try {
                return committed.execute(status -> {
                    OffsetDateTime at = now();
                    JoinRequest added = store.add(UUID.randomUUID(), id, at);
                    states.listed(STREAM, at, settings.jobby().baseUrl());
                    return added;
                });
            } catch (DuplicateKeyException e) {
                // another caller requested the same concurrently
                return store.openOf(id).orElseThrow(() -> e);
            }
        });
    }

    private Optional<String> originMismatch() {
        return Optional.ofNullable(states.get(STREAM).originBaseUrl())
                .filter(origin -> !origin.equals(settings.jobby().baseUrl()))
                .map(origin -> "This store has the queue of " + origin + "; now jobby.base-url is "
                        + settings.jobby().baseUrl()
                        + ". Use another database or schema (jobfeed.datasource.url, jobfeed.datasource.schema).");
    }

    /** Returns whether the open requests belong to the configured server and a token is set. */
    private boolean canPoll() {
        originMismatch()
                .ifPresent(mismatch -> alerts.raise(STREAM, new Problem(AlertCondition.CONFIGURATION, mismatch)));
        return settings.text("jobby.token").isPresent() && originMismatch().isEmpty();
    }

    /** Claims a request for sending; false if it is answered, too old, or being sent by another process. */
    public boolean claim(JoinRequest request) {
        return !request.isStale(now())
                && store.claim(request.key(), settings.sync().lease());
    }

    /**
     * Returns whether the queue status has to be polled before the request: it has no response and its key is too old.
     */
    public boolean isStale(JoinRequest request) {
        return request.isStale(now());
    }

    /** Returns the body of the join call. */
    public String request(JoinRequest request) {
        return JSON.createObjectNode().put("event_id", request.eventId()).toString();
    }

    /** Stores the place that was taken. */
    public JoinRequest joined(JoinRequest request, JsonNode response) {
        QueueStatus place = QueueStatus.of(response);
        transaction.executeWithoutResult(status -> {
            apply(request, place);
            store.replaceOthers(request.key(), now());
            alerts.clear(STREAM, AlertCondition.JOIN_EXPIRED, request.eventId());
        });
        LOG.info("joined the queue of {}{}", request.eventId(), place.rank() == null ? "" : ", number " + place.rank());
        return store.read(request.key());
    }

    /**
     * Closes a request that the API rejected, and rethrows the failure. After any other failure the request is sent
     * again later.
     */
    public void refused(JoinRequest request, Exchange exchange) throws Exception {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        if (failure instanceof JobbyException rejection && !rejection.isPassing()) {
            store.close(request.key(), JoinRequest.State.REFUSED, null, rejection.getMessage(), now());
        }
        throw failure;
    }

    /** Releases the claim. */
    public void release(JoinRequest request) {
        store.release(request.key());
    }

    /** Reads a request as it is stored now. */
    public JoinRequest current(JoinRequest request) {
        return store.read(request.key());
    }

    /** Lists the requests without a response whose key is still valid. */
    public List<JoinRequest> unanswered() {
        OffsetDateTime now = now();
        List<JoinRequest> unanswered = store.open().stream()
                .filter(request -> request.state() == JoinRequest.State.PENDING && !request.isStale(now))
                .toList();
        return unanswered.isEmpty() || canPoll() ? unanswered : List.of();
    }

    /**
     * Claims the poll of the queue status if there is a request to poll for and no process has polled within the
     * interval.
     *
     * @return token of the claim; null if there is nothing to poll
     */
    public UUID claimPoll() {
        OffsetDateTime now = now();
        boolean wanted = store.open().stream()
                .anyMatch(request -> request.state() == JoinRequest.State.WAITING || request.isStale(now));
        return wanted && canPoll() ? store.claimPoll(settings.sync().lease()).orElse(null) : null;
    }

    /** Delays the next poll by the interval, or longer after a rejection that only the operator can resolve. */
    public void polled(UUID claim, Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        boolean isFinal =
                failure instanceof JobbyException rejection && !rejection.isPassing() && rejection.status() != 404;
        if (isFinal) {
            store.pollError(failure.getMessage());
        }
        store.polled(claim, isFinal ? REJECTED_POLL_INTERVAL : settings.jobby().pollInterval());
    }

    /** Polls again within the interval, whatever refused the last poll: the operator may have changed the token. */
    public void resumePolling() {
        store.pollError(null);
        store.pollWithin(settings.jobby().pollInterval());
    }

    /** Stores the place that the API reports. It reports one place only: that of the event which was joined last. */
    public void observe(JsonNode response) {
        QueueStatus place = QueueStatus.of(response);
        transaction.executeWithoutResult(status -> {
            List<JoinRequest> open = store.open();
            for (JoinRequest request : open) {
                boolean meant = place.eventId() == null
                        ? request.equals(open.get(open.size() - 1))
                        : place.eventId().equals(request.eventId());
                if (request.state() == JoinRequest.State.WAITING && meant) {
                    apply(request, place);
                } else if (request.isStale(now())) {
                    if (meant) {
                        apply(request, place);
                    } else {
                        expire(request);
                    }
                }
            }
        });
        alerts.clearAllBut(STREAM, AlertCondition.JOIN_EXPIRED::is);
    }

    /** Updates the requests after the API reported no place. */
    public void observeNothing() {
        transaction.executeWithoutResult(status -> {
            for (JoinRequest request : store.open()) {
                if (request.isStale(now())) {
                    expire(request);
                } else if (request.state() == JoinRequest.State.WAITING
                        && request.joinedAt().plus(SETTLING_TIME).isBefore(now())) {
                    store.close(request.key(), JoinRequest.State.LOST, null, null, now());
                    LOG.warn("the place in the queue of {} is lost", request.eventId());
                }
            }
        });
        alerts.clearAllBut(STREAM, AlertCondition.JOIN_EXPIRED::is);
    }

    private void apply(JoinRequest request, QueueStatus place) {
        switch (place.outcome()) {
            case WAITING -> store.await(request.key(), place, now());
            case MATCHED -> {
                store.close(request.key(), JoinRequest.State.MATCHED, place, null, now());
                try {
                    matches.record(place.matchId(), request.eventId(), place.json(), now());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                LOG.info(
                        "matched at {}: {}",
                        request.eventId(),
                        MatchService.link(settings.jobby().baseUrl(), place.matchId()));
            }
            case CANCELLED, TIMED_OUT -> {
                store.close(
                        request.key(),
                        place.outcome() == QueueStatus.Outcome.CANCELLED
                                ? JoinRequest.State.CANCELLED
                                : JoinRequest.State.TIMED_OUT,
                        place,
                        null,
                        now());
                LOG.info("the place in the queue of {} has ended: {}", request.eventId(), place.status());
            }
        }
    }

    private void expire(JoinRequest request) {
        store.close(request.key(), JoinRequest.State.EXPIRED, null, null, now());
        alerts.raise(
                STREAM,
                AlertCondition.JOIN_EXPIRED.problem(
                        request.eventId(),
                        "The request of " + request.createdAt() + " to join the queue of " + request.eventId()
                                + " was never answered, and Jobby.dev knows of no such place."));
    }

    /** Raises an alert for the failure of a trigger, which has no caller. */
    public void failed(Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (!exchange.getContext().isStopping()) {
            Problem failure = JobbyProblemTranslator.of(thrown);
            LOG.error("queue of Jobby.dev: {}", failure.text());
            // the alert of a missing scope is raised by the call, whatever the operation
            if (!(thrown instanceof JobbyException rejection && rejection.isMissingScope())) {
                alerts.raise(STREAM, failure);
            }
        }
    }

    /** Formats a request as JSON, with the match's link if it is matched. */
    public String json(JoinRequest request) {
        ObjectNode json = JSON.createObjectNode();
        json.put("event_id", request.eventId());
        json.put("state", request.state().word());
        json.put("status", request.status());
        json.put("rank", request.rank());
        json.put("estimated_wait_seconds", request.estimatedWaitSeconds());
        json.put("match_id", request.matchId());
        json.put("match_url", request.matchId() == null ? null : link(request));
        return json.toString();
    }

    /** Returns the link under which the operator accepts or declines the request's match in a browser. */
    public String link(JoinRequest request) {
        return MatchService.link(settings.jobby().baseUrl(), request.matchId());
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
