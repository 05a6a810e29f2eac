package dev.jobfeed.jobby;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.alert.AlertService;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.persistence.RunRepository;
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
import java.util.Set;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The steps around the queue that routes call: bean {@code jobfeedQueue}. It has no step that accepts a match: that is
 * for people only.
 */
public final class QueueService {

    private static final Logger LOG = LoggerFactory.getLogger(QueueService.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String STREAM = "jobby_queue";

    /** A place that was just taken may not be known everywhere yet. */
    private static final Duration SETTLING = Duration.ofMinutes(1);

    private static final Duration FOR_A_PERSON = Duration.ofMinutes(5);

    private final JobfeedProperties settings;
    private final RunRepository runs;
    private final QueueRepository store;
    private final MatchService matches;
    private final AlertService alerts;
    private final TransactionTemplate transaction;
    private final TransactionTemplate committed;
    private final Clock clock;

    public QueueService(
            JobfeedProperties settings,
            RunRepository runs,
            QueueRepository store,
            MatchService matches,
            AlertService alerts,
            TransactionTemplate transaction,
            Clock clock) {
        this.settings = settings;
        this.runs = runs;
        this.store = store;
        this.matches = matches;
        this.alerts = alerts;
        this.transaction = transaction;
        this.committed = new TransactionTemplate(transaction.getTransactionManager());
        this.committed.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        this.clock = clock;
    }

    /**
     * The open intent for an event, or a new one; it is committed when this returns, even inside a caller's transaction.
     *
     * @throws IllegalArgumentException when the text is no event's id
     * @throws StoreOriginMismatchException when the store has the queue of another server
     */
    public JoinRequest request(String eventId) {
        String id = JobbyId.of(String.valueOf(eventId))
                .orElseThrow(() -> new IllegalArgumentException(
                        "An event's id is a word such as evt_abc123, and '" + eventId + "' is none."));
        settings.jobbyToken();
        foreign().ifPresent(words -> {
            throw new StoreOriginMismatchException(words);
        });
        return store.openOf(id).orElseGet(() -> {
            try {
                return committed.execute(status -> store.add(UUID.randomUUID(), id, settings.jobbyBaseUrl(), now()));
            } catch (DuplicateKeyException e) {
                // somebody else had the same wish in the same moment
                return store.openOf(id).orElseThrow(() -> e);
            }
        });
    }

    private Optional<String> foreign() {
        return Optional.ofNullable(runs.state(STREAM).originBaseUrl())
                .filter(origin -> !origin.equals(settings.jobbyBaseUrl()))
                .map(origin -> "This store has the queue of " + origin + "; now jobby.base-url is "
                        + settings.jobbyBaseUrl()
                        + ". Use another database or schema (jobfeed.datasource.url, jobfeed.datasource.schema).");
    }

    /** Whether the open intents are those of this server, and there is a token to ask for them with. */
    private boolean isAble() {
        foreign().ifPresent(words -> alerts.raise(STREAM, "configuration", words, ""));
        return settings.text("jobby.token").isPresent() && foreign().isEmpty();
    }

    /** Takes the right to send an intent; false when it is answered, too old, or being sent by somebody else. */
    public boolean claim(JoinRequest intent) {
        return !intent.isStale(now()) && store.take(intent.key(), settings.lease());
    }

    /** Whether the API has to be asked about an intent before anything else: it has no answer and its key is too old. */
    public boolean isStale(JoinRequest intent) {
        return intent.isStale(now());
    }

    /** What to send. */
    public String request(JoinRequest intent) {
        return JSON.createObjectNode().put("event_id", intent.eventId()).toString();
    }

    /** Notes the place that was taken. */
    public JoinRequest joined(JoinRequest intent, JsonNode answer) {
        QueueStatus place = QueueStatus.of(answer);
        transaction.executeWithoutResult(status -> {
            apply(intent, place);
            store.replaceOthers(intent.key(), now());
            alerts.clear(STREAM, expiredCondition(intent));
        });
        LOG.info("joined the queue of {}{}", intent.eventId(), place.rank() == null ? "" : ", number " + place.rank());
        return store.read(intent.key());
    }

    /** Ends an intent that the API will not have, and passes the failure on; any other leaves it to be sent again. */
    public void refused(JoinRequest intent, Exchange exchange) throws Exception {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        if (failure instanceof JobbyException refusal && !refusal.isPassing()) {
            store.close(intent.key(), JoinRequest.State.REFUSED, null, refusal.getMessage(), now());
        }
        throw failure;
    }

    /** Gives back the right to send. */
    public void release(JoinRequest intent) {
        store.giveBack(intent.key());
    }

    /** An intent as it is stored now. */
    public JoinRequest current(JoinRequest intent) {
        return store.read(intent.key());
    }

    /** The intents that have no answer yet, and whose key is still good. */
    public List<JoinRequest> unanswered() {
        OffsetDateTime now = now();
        List<JoinRequest> unanswered = store.open().stream()
                .filter(intent -> intent.state() == JoinRequest.State.PENDING && !intent.isStale(now))
                .toList();
        return unanswered.isEmpty() || isAble() ? unanswered : List.of();
    }

    /**
     * Takes the right to ask for the status: when there is something to ask for, and nobody has asked within the
     * interval, in whichever process.
     *
     * @return what to give it back with; null when there is nothing to ask
     */
    public UUID claimPoll() {
        OffsetDateTime now = now();
        boolean wanted = store.open().stream()
                .anyMatch(intent -> intent.state() == JoinRequest.State.WAITING || intent.isStale(now));
        return wanted && isAble() ? store.claimPoll(settings.lease()).orElse(null) : null;
    }

    /** Keeps the next request for the status away for the interval, longer after a refusal that only a person can end. */
    public void polled(UUID claim, Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        boolean isFinal = failure instanceof JobbyException refusal && !refusal.isPassing() && refusal.status() != 404;
        store.polled(claim, isFinal ? FOR_A_PERSON : settings.jobbyPollInterval());
    }

    /** Notes what the API tells of the place. It tells of one: that of the event which was joined last. */
    public void observe(JsonNode answer) {
        QueueStatus place = QueueStatus.of(answer);
        transaction.executeWithoutResult(status -> {
            List<JoinRequest> open = store.open();
            for (JoinRequest intent : open) {
                boolean meant = place.eventId() == null
                        ? intent.equals(open.get(open.size() - 1))
                        : place.eventId().equals(intent.eventId());
                if (intent.state() == JoinRequest.State.WAITING && meant) {
                    apply(intent, place);
                } else if (intent.isStale(now())) {
                    if (meant) {
                        apply(intent, place);
                    } else {
                        expire(intent);
                    }
                }
            }
        });
        alerts.clearAllBut(STREAM, lapsing());
    }

    /** Notes that the API knows of no place. */
    public void observeNothing() {
        transaction.executeWithoutResult(status -> {
            for (JoinRequest intent : store.open()) {
                if (intent.isStale(now())) {
                    expire(intent);
                } else if (intent.state() == JoinRequest.State.WAITING
                        && intent.joinedAt().plus(SETTLING).isBefore(now())) {
                    store.close(intent.key(), JoinRequest.State.LOST, null, null, now());
                    LOG.warn("the place in the queue of {} is gone", intent.eventId());
                }
            }
        });
        alerts.clearAllBut(STREAM, lapsing());
    }

    private void apply(JoinRequest intent, QueueStatus place) {
        switch (place.outcome()) {
            case WAITING -> store.await(intent.key(), place, now());
            case MATCHED -> {
                store.close(intent.key(), JoinRequest.State.MATCHED, place, null, now());
                try {
                    matches.record(place.matchId(), intent.eventId(), place.json(), now());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                LOG.info(
                        "matched at {}: {}",
                        intent.eventId(),
                        MatchService.link(settings.jobbyBaseUrl(), place.matchId()));
            }
            case CANCELLED, TIMED_OUT -> {
                store.close(
                        intent.key(),
                        place.outcome() == QueueStatus.Outcome.CANCELLED
                                ? JoinRequest.State.CANCELLED
                                : JoinRequest.State.TIMED_OUT,
                        place,
                        null,
                        now());
                LOG.info("the place in the queue of {} is over: {}", intent.eventId(), place.status());
            }
        }
    }

    private void expire(JoinRequest intent) {
        store.close(intent.key(), JoinRequest.State.EXPIRED, null, null, now());
        alerts.raise(
                STREAM,
                expiredCondition(intent),
                "The request of " + intent.createdAt() + " to join the queue of " + intent.eventId()
                        + " was never answered, and Jobby.dev knows of no such place.",
                "Join again if it is still wanted.");
    }

    private static String expiredCondition(JoinRequest intent) {
        return "join-expired " + intent.eventId();
    }

    private Set<String> lapsing() {
        return Set.copyOf(alerts.open(STREAM).stream()
                .map(alert -> alert.condition())
                .filter(condition -> condition.startsWith("join-expired "))
                .toList());
    }

    /** Raises an alert for what a trigger has nobody else to tell. */
    public void failed(Exchange exchange) {
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (!exchange.getContext().isStopping()) {
            Problem failure = JobbyProblems.of(thrown);
            LOG.error("queue of Jobby.dev: {}", failure.text());
            alerts.raise(STREAM, failure.condition(), failure.message(), failure.remedy());
        }
    }

    /** An intent as JSON, with the link a person opens when it is matched. */
    public String json(JoinRequest intent) {
        ObjectNode json = JSON.createObjectNode();
        json.put("event_id", intent.eventId());
        json.put("state", intent.state().word());
        json.put("status", intent.status());
        json.put("rank", intent.rank());
        json.put("estimated_wait_seconds", intent.estimatedWaitSeconds());
        json.put("match_id", intent.matchId());
        json.put("match_url", intent.matchId() == null ? null : link(intent));
        return json.toString();
    }

    /** Where a person accepts or declines the match of an intent, in a browser. */
    public String link(JoinRequest intent) {
        return MatchService.link(settings.jobbyBaseUrl(), intent.matchId());
    }

    private OffsetDateTime now() {
        return OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
