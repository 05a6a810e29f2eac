package dev.jobfeed.expiry;

import dev.jobfeed.persistence.DeliveryRepository;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Decides which of the jobs on the list of expired ids have expired since the feed delivered them. The list has no times, so
 * it is read again from different times: each reading says of every job whether its expiry lies before or behind that time.
 * Immutable; pure functions.
 *
 * @param open the jobs that are not decided yet
 */
record UndecidedExpiries(Map<UUID, Undecided> open) {

    /** No job. */
    static final UndecidedExpiries NONE = new UndecidedExpiries(Map.of());

    /** What is known of a job. */
    enum Verdict {
        /** It has expired since its delivery. */
        EXPIRED,
        /** It has expired before its delivery, and returned. */
        LIVE,
        /** No reading of the list can tell. */
        UNKNOWN,
        /** Another reading can tell. */
        OPEN
    }

    /**
     * A job on the list.
     *
     * @param delivery the newest of the job
     * @param listedFrom the latest time from which it was on the list
     * @param unlistedFrom the earliest time from which it was not; null when there is none
     */
    record Undecided(DeliveryRepository.Delivery delivery, Instant listedFrom, Instant unlistedFrom) {

        /** Learns from a reading of the list. */
        Undecided read(Instant from, boolean listed) {
            if (listed) {
                return from.isAfter(listedFrom) ? new Undecided(delivery, from, unlistedFrom) : this;
            }
            return unlistedFrom == null || from.isBefore(unlistedFrom)
                    ? new Undecided(delivery, listedFrom, from)
                    : this;
        }

        Verdict verdict(Instant now) {
            if (isListed(delivery.latest())) {
                return Verdict.EXPIRED;
            }
            if (isUnlisted(delivery.earliest())) {
                return Verdict.LIVE;
            }
            return questions(now).findAny().isPresent() ? Verdict.OPEN : Verdict.UNKNOWN;
        }

        /** The times from which the list is worth reading; none lies in the future, which the API may refuse. */
        Stream<Instant> questions(Instant now) {
            return Stream.of(delivery.earliest(), delivery.latest())
                    .filter(time -> !time.isAfter(now) && !isListed(time) && !isUnlisted(time));
        }

        private boolean isListed(Instant from) {
            return !from.isAfter(listedFrom);
        }

        private boolean isUnlisted(Instant from) {
            return unlistedFrom != null && !from.isBefore(unlistedFrom);
        }
    }

    /** Adds jobs that are on the list from the beginning of the window. */
    UndecidedExpiries with(Map<UUID, DeliveryRepository.Delivery> delivered, Instant windowFrom) {
        if (delivered.isEmpty()) {
            return this;
        }
        Map<UUID, Undecided> more = new HashMap<>(open);
        delivered.forEach((id, delivery) -> more.put(id, new Undecided(delivery, windowFrom, null)));
        return new UndecidedExpiries(more);
    }

    /** Learns from a reading of the list to its end. */
    UndecidedExpiries read(Instant from, Set<UUID> listed) {
        Map<UUID, Undecided> known = new HashMap<>();
        open.forEach((id, doubt) -> known.put(id, doubt.read(from, listed.contains(id))));
        return new UndecidedExpiries(known);
    }

    /** The jobs of a verdict. */
    List<UUID> of(Verdict verdict, Instant now) {
        return open.entrySet().stream()
                .filter(entry -> entry.getValue().verdict(now) == verdict)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Leaves out what is decided. */
    UndecidedExpiries undecided(Instant now) {
        Map<UUID, Undecided> left = new HashMap<>(open);
        left.values().removeIf(doubt -> doubt.verdict(now) != Verdict.OPEN);
        return new UndecidedExpiries(left);
    }

    /** The time from which the list is to be read next, in the middle of all that are asked for; empty when none is. */
    Optional<Instant> next(Instant now) {
        List<Instant> times = new ArrayList<>(open.values().stream()
                .flatMap(doubt -> doubt.questions(now))
                .sorted()
                .toList());
        return times.isEmpty() ? Optional.empty() : Optional.of(times.get(times.size() / 2));
    }
}
