package dev.jobfeed.expiry;

import dev.jobfeed.persistence.DeliveredPageRepository;
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
 * Decides which listed jobs have expired since the feed delivered them. The list of expired ids has no times, so it is
 * read again from different times: each reading shows for every job whether its expiry lies before or after that time.
 * Immutable; pure functions.
 *
 * @param open undecided jobs
 */
record UndecidedExpiries(Map<UUID, Undecided> open) {

    static final UndecidedExpiries NONE = new UndecidedExpiries(Map.of());

    /** State of knowledge about a job. */
    enum Verdict {
        /** Expired after its last delivery. */
        EXPIRED,
        /** Expired before its last delivery, and returned. */
        LIVE,
        /** No reading of the list can decide. */
        UNKNOWN,
        /** Another reading can decide. */
        OPEN
    }

    /**
     * A listed job.
     *
     * @param delivery newest delivery of the job
     * @param listedFrom latest time from which a reading listed the job
     * @param unlistedFrom earliest time from which a reading did not list it; null if there is none
     */
    record Undecided(DeliveredPageRepository.Delivery delivery, Instant listedFrom, Instant unlistedFrom) {

        /** Adds the result of a reading of the list. */
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
            return rereadTimes(now).findAny().isPresent() ? Verdict.OPEN : Verdict.UNKNOWN;
        }

        /** Returns the times from which a reading would help; none is in the future, which the API may reject. */
        Stream<Instant> rereadTimes(Instant now) {
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

    /** Adds jobs that are listed from the start of the window. */
    UndecidedExpiries with(Map<UUID, DeliveredPageRepository.Delivery> delivered, Instant windowFrom) {
        if (delivered.isEmpty()) {
            return this;
        }
        Map<UUID, Undecided> more = new HashMap<>(open);
        delivered.forEach((id, delivery) -> more.put(id, new Undecided(delivery, windowFrom, null)));
        return new UndecidedExpiries(more);
    }

    /** Adds the result of a reading of the list. */
    UndecidedExpiries read(Instant from, Set<UUID> listed) {
        Map<UUID, Undecided> known = new HashMap<>();
        open.forEach((id, job) -> known.put(id, job.read(from, listed.contains(id))));
        return new UndecidedExpiries(known);
    }

    /** Returns the jobs with a verdict. */
    List<UUID> of(Verdict verdict, Instant now) {
        return open.entrySet().stream()
                .filter(entry -> entry.getValue().verdict(now) == verdict)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Removes the decided jobs. */
    UndecidedExpiries undecided(Instant now) {
        Map<UUID, Undecided> left = new HashMap<>(open);
        left.values().removeIf(job -> job.verdict(now) != Verdict.OPEN);
        return new UndecidedExpiries(left);
    }

    /**
     * Returns the time from which the list is to be read next, the median of the times that would help; empty if there
     * is none.
     */
    Optional<Instant> next(Instant now) {
        List<Instant> times = new ArrayList<>(open.values().stream()
                .flatMap(job -> job.rereadTimes(now))
                .sorted()
                .toList());
        return times.isEmpty() ? Optional.empty() : Optional.of(times.get(times.size() / 2));
    }
}
