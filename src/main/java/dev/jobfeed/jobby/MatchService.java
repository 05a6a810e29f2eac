package dev.jobfeed.jobby;

import dev.jobfeed.alert.AlertService;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.problem.AlertCondition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** Stores matches and raises an alert once per match, however it was reported: bean {@code jobfeedMatches}. */
public final class MatchService {

    /** Lifetime of a match's alert. Both sides have 30 s to accept; afterwards no action is possible. */
    private static final Duration ALERT_LIFETIME = Duration.ofMinutes(1);

    private final JobfeedProperties settings;
    private final QueueRepository store;
    private final AlertService alerts;
    private final Clock clock;

    public MatchService(JobfeedProperties settings, QueueRepository store, AlertService alerts, Clock clock) {
        this.settings = settings;
        this.store = store;
        this.alerts = alerts;
        this.clock = clock;
    }

    /**
     * Returns the link under which the operator accepts or declines a match in a browser.
     *
     * @param baseUrl base URL of the API
     */
    public static String link(String baseUrl, String matchId) {
        return URI.create(baseUrl).resolve("/account/matches/" + matchId).toString();
    }

    /**
     * Stores a match and raises its alert, unless it is known. Must be called in a transaction.
     *
     * @param eventId nullable
     * @param json the match as the API reported it
     */
    void record(String matchId, String eventId, String json, OffsetDateTime at) throws IOException {
        String storable = FeedResponseParser.object(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        if (store.addMatch(matchId, eventId, storable, at)) {
            alerts.raise(
                    JobbyAlerts.STREAM,
                    AlertCondition.MATCH.problem(
                            matchId,
                            "Jobby.dev found a match" + (eventId == null ? "" : " at the event " + eventId) + ": "
                                    + link(settings.jobby().baseUrl(), matchId)));
        }
    }

    /** Clears the alerts of matches that can no longer be accepted. */
    public void end() {
        OffsetDateTime now =
                OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        store.endMatches(now.minus(ALERT_LIFETIME), now);
    }
}
