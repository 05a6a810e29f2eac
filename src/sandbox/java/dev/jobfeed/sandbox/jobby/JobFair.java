package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The job fair: live events, the places in their queues, and matches. Moves that the documentation has a
 * webhook event for send it.
 *
 * <p>Every method may be called from any thread. A move of something that is not there, or not in the state for
 * it, is an {@link IllegalArgumentException}: a test that makes one is wrong.
 */
public final class JobFair {

    /** "fires when neither side accepted within the 30-second window" */
    private static final Duration WINDOW = Duration.ofSeconds(30);

    /** How many others are in line before the first place. */
    private static final int OTHERS_AHEAD = 2;

    private static final List<String> TITLES = List.of(
            "Backend engineers, Berlin and remote",
            "Nurses for the night shift",
            "Data platform, open hours",
            "Warehouse leads, immediate start",
            "Product designers, portfolio talks");
    private static final List<String> COMPANIES = List.of("Hollyhock", "Oakline", "Tern & Rye", "Quayside", "Fennel");

    private final InstantSource clock;
    private final IdGenerator ids;
    private final Webhooks webhooks;
    private final Map<String, LiveEvent> live = new LinkedHashMap<>();
    private final Map<String, QueuePlace> places = new LinkedHashMap<>();
    private final Map<String, String> tokens = new LinkedHashMap<>();
    private final Map<String, String> seekers = new LinkedHashMap<>();
    private final Map<String, Match> matches = new LinkedHashMap<>();
    private int made;

    JobFair(JobbyOptions options, InstantSource clock, IdGenerator ids, Webhooks webhooks) {
        this.clock = clock;
        this.ids = ids;
        this.webhooks = webhooks;
        for (int i = 0; i < options.liveEvents; i++) {
            addLiveEvent();
        }
    }

    /** Opens a made-up event. */
    public synchronized LiveEvent addLiveEvent() {
        return addLiveEvent(TITLES.get(made % TITLES.size()));
    }

    /** Opens an event. */
    public synchronized LiveEvent addLiveEvent(String title) {
        LiveEvent event = new LiveEvent(
                ids.next("evt_", 12), title, COMPANIES.get(made++ % COMPANIES.size()), false, clock.instant());
        live.put(event.id(), event);
        return event;
    }

    /** Ends an event: it leaves the list, and who still waits for it waits no longer. */
    public synchronized void endLiveEvent(String id) {
        liveEvent(id);
        live.remove(id);
        places.replaceAll((key, place) -> waitsFor(place, id) ? place.as(QueueStatus.CANCELLED, null) : place);
    }

    /** Ends the event that has been live longest, if there is any. */
    synchronized void endOldestLiveEvent() {
        live.keySet().stream().findFirst().ifPresent(this::endLiveEvent);
    }

    /** Pauses an event, or goes on with it; it stays in the list. */
    public synchronized void pauseLiveEvent(String id, boolean paused) {
        LiveEvent event = liveEvent(id);
        live.put(id, new LiveEvent(id, event.title(), event.company(), paused, event.startedAt()));
    }

    /** Returns the events that are live, newest first. */
    public synchronized List<LiveEvent> liveEvents() {
        List<LiveEvent> events = new ArrayList<>(live.values());
        Collections.reverse(events);
        return events;
    }

    /** Returns every place that was ever taken, oldest first. */
    public synchronized List<QueuePlace> places() {
        return List.copyOf(places.values());
    }

    /** Returns a place as it is now. */
    public synchronized QueuePlace place(String id) {
        return found(places.get(id), "place", id);
    }

    /** Lets everyone who waits for an event move up by one; the first in line is matched. */
    public void advanceQueue(String eventId) {
        List<String> first = new ArrayList<>();
        synchronized (this) {
            places.replaceAll((id, place) -> {
                if (!waitsFor(place, eventId)) {
                    return place;
                }
                if (place.rank() == 1) {
                    first.add(id);
                    return place;
                }
                return place.at(place.rank() - 1);
            });
        }
        first.forEach(this::match);
    }

    /** Matches a place that waits, wherever in line it is. */
    public Match match(String placeId) {
        Match match;
        synchronized (this) {
            QueuePlace place = waiting(placeId);
            match = new Match(
                    ids.next("mat_", 12),
                    placeId,
                    MatchStatus.MATCHED,
                    place.eventId(),
                    seeker(tokens.get(placeId)),
                    ids.next("usr_", 12),
                    ids.next("rol_", 12),
                    (50 + ids.below(50)) / 100.0,
                    clock.instant());
            matches.put(match.id(), match);
            places.put(placeId, place.as(QueueStatus.MATCHED, match.id()));
        }
        webhooks.deliver("match.matched", match.data());
        return match;
    }

    /** Takes a place out of the queue, as its owner may in a browser. */
    public synchronized void cancelPlace(String placeId) {
        places.put(placeId, waiting(placeId).as(QueueStatus.CANCELLED, null));
    }

    /** Ends a place that waited too long. */
    public synchronized void timeOutPlace(String placeId) {
        places.put(placeId, waiting(placeId).as(QueueStatus.TIMED_OUT, null));
    }

    /** Accepts a match for both sides, which no token can. */
    public void acceptMatch(String matchId) {
        Match match = decide(matchId, MatchStatus.ACCEPTED, QueueStatus.MATCHED);
        Map<String, Object> data = match.data();
        data.put("room_url", match.roomUrl());
        webhooks.deliver("match.accepted", data);
    }

    /** Declines a match for the recruiter. */
    public void declineMatch(String matchId) {
        declineMatch(matchId, "recruiter", "not_available");
    }

    /** Declines a match for one of its sides. */
    void declineMatch(String matchId, String by, String reason) {
        decide(matchId, MatchStatus.DECLINED, QueueStatus.CANCELLED);
        webhooks.deliver("match.declined", Json.object("match_id", matchId, "declined_by", by, "reason", reason));
    }

    /** Lets the time in which a match can be accepted run out. */
    public void expireMatch(String matchId) {
        decide(matchId, MatchStatus.EXPIRED, QueueStatus.TIMED_OUT);
        webhooks.deliver("match.expired", Json.object("match_id", matchId));
    }

    /** Returns every match so far, oldest first. */
    public synchronized List<Match> matches() {
        return List.copyOf(matches.values());
    }

    /** Returns a match as it is now. */
    public synchronized Optional<Match> findMatch(String id) {
        return Optional.ofNullable(matches.get(id));
    }

    /** Expires matches that were not accepted in time. */
    void expireOverdue() {
        Instant latest = clock.instant().minus(WINDOW);
        for (Match match : matches()) {
            if (match.status() == MatchStatus.MATCHED && match.matchedAt().isBefore(latest)) {
                expireMatch(match.id());
            }
        }
    }

    /** Adds a place at the end of the line; returns null when no such event is live. */
    synchronized QueuePlace join(String token, String eventId) {
        if (!live.containsKey(eventId)) {
            return null;
        }
        int rank = 1
                + places.values().stream()
                        .filter(place -> waitsFor(place, eventId))
                        .mapToInt(QueuePlace::rank)
                        .max()
                        .orElse(OTHERS_AHEAD);
        QueuePlace place =
                new QueuePlace(ids.next("que_", 12), eventId, QueueStatus.WAITING, rank, null, clock.instant());
        places.put(place.id(), place);
        tokens.put(place.id(), token);
        return place;
    }

    /** Returns the place a token took last, or null. */
    synchronized QueuePlace lastPlaceOf(String token) {
        QueuePlace last = null;
        for (QueuePlace place : places.values()) {
            if (tokens.get(place.id()).equals(token)) {
                last = place;
            }
        }
        return last;
    }

    /** Returns a token's matches, newest first. */
    synchronized List<Match> matchesOf(String token) {
        List<Match> own = new ArrayList<>();
        for (Match match : matches.values()) {
            if (tokens.get(match.placeId()).equals(token)) {
                own.add(0, match);
            }
        }
        return own;
    }

    synchronized String seeker(String token) {
        return seekers.computeIfAbsent(token, key -> ids.next("usr_", 12));
    }

    private synchronized Match decide(String matchId, MatchStatus status, QueueStatus placeStatus) {
        Match match = found(matches.get(matchId), "match", matchId);
        if (match.status() != MatchStatus.MATCHED) {
            throw new IllegalArgumentException("match " + matchId + " is " + Json.word(match.status()) + " already");
        }
        Match decided = match.as(status);
        matches.put(matchId, decided);
        places.computeIfPresent(match.placeId(), (id, place) -> place.as(placeStatus, matchId));
        return decided;
    }

    private LiveEvent liveEvent(String id) {
        return found(live.get(id), "live event", id);
    }

    private QueuePlace waiting(String placeId) {
        QueuePlace place = place(placeId);
        if (place.status() != QueueStatus.WAITING) {
            throw new IllegalArgumentException("place " + placeId + " is " + Json.word(place.status()));
        }
        return place;
    }

    private static boolean waitsFor(QueuePlace place, String eventId) {
        return place.status() == QueueStatus.WAITING && place.eventId().equals(eventId);
    }

    private static <T> T found(T thing, String kind, String id) {
        if (thing == null) {
            throw new IllegalArgumentException("there is no " + kind + " " + id);
        }
        return thing;
    }
}
