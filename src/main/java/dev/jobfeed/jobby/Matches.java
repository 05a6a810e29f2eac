package dev.jobfeed.jobby;

import dev.jobfeed.Settings;
import dev.jobfeed.feed.AnswerReader;
import dev.jobfeed.ops.Alerts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;

/** What is done about a match, by whichever way it is heard of: it is kept and becomes an alert, once. */
public final class Matches {

    private final Settings settings;
    private final QueueStore store;
    private final Alerts alerts;

    public Matches(Settings settings, QueueStore store, Alerts alerts) {
        this.settings = settings;
        this.store = store;
        this.alerts = alerts;
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
    void found(String matchId, String eventId, String json, OffsetDateTime at) throws IOException {
        String storable = AnswerReader.object(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        if (store.addMatch(matchId, eventId, storable, at)) {
            alerts.raise(
                    JobbyAnswers.STREAM,
                    "match " + matchId,
                    "Jobby.dev found a match" + (eventId == null ? "" : " at the event " + eventId) + ": "
                            + link(settings.jobbyBaseUrl(), matchId),
                    "Open the link in a browser to accept or decline it, at once; only a person can.");
        }
    }
}
