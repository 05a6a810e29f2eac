package dev.jobfeed.jobby;

import dev.jobfeed.alert.AlertService;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FeedResponseParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** What is done about a match, by whichever way it is heard of: it is kept and becomes an alert, once. Bean {@code jobfeedMatches}. */
public final class MatchService {

    /** Both sides have 30 s to accept a match; after that there is nothing left to do about it. */
    private static final Duration LASTS = Duration.ofMinutes(1);

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
     * Where a person accepts or declines a match, in a browser.
     *
     * @param baseUrl that of the API
     */
    public static String link(String baseUrl, String matchId) {
        return URI.create(baseUrl).resolve("/account/matches/" + matchId).toString();
    }

    /**
     * Keeps a match and raises its alert, unless it is known; to be called in a transaction.
     *
     * @param eventId nullable
     * @param json what was told of it
     */
    void record(String matchId, String eventId, String json, OffsetDateTime at) throws IOException {
        String storable = FeedResponseParser.object(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        if (store.addMatch(matchId, eventId, storable, at)) {
            alerts.raise(
                    JobbyResponseHandler.STREAM,
                    "match " + matchId,
                    "Jobby.dev found a match" + (eventId == null ? "" : " at the event " + eventId) + ": "
                            + link(settings.jobbyBaseUrl(), matchId),
                    "Open the link in a browser to accept or decline it, at once; only a person can.");
        }
    }

    /** Ends the alerts of matches that nobody can accept any more. */
    public void end() {
        OffsetDateTime now =
                OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        store.endMatches(now.minus(LASTS), now);
    }
}
