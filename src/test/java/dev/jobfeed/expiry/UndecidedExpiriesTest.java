package dev.jobfeed.expiry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.expiry.UndecidedExpiries.Undecided;
import dev.jobfeed.expiry.UndecidedExpiries.Verdict;
import dev.jobfeed.persistence.DeliveredPageRepository.Delivery;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UndecidedExpiriesTest {

    private static final Instant NOW = Instant.parse("2026-11-10T12:00:00Z");

    /**
     * Provides minutes before now: of the earliest and latest time of the delivery, and of a reading with the job and
     * one without it.
     */
    @ParameterizedTest
    @CsvSource({
        "30, 30, 60,   , OPEN",
        "30, 30, 30,   , EXPIRED",
        "30, 30, 29, 20, EXPIRED",
        "30, 30, 60, 30, LIVE",
        "30, 30, 60, 31, LIVE",
        "30, 30, 60, 29, OPEN",
        "90, 30, 60,   , OPEN",
        "90, 30, 30,   , EXPIRED",
        "90, 30, 60, 30, UNKNOWN",
        "50, 30, 60, 30, OPEN",
        "50, 30, 50, 30, UNKNOWN",
        "50, 30, 60, 50, LIVE",
        "50, -9, 60,   , OPEN",
        "50, -9, 50,   , UNKNOWN",
        "50, -9, 60, 50, LIVE",
        "90, -9, 60,   , UNKNOWN",
        "-5, -5, 60,   , UNKNOWN"
    })
    void readingsDetermineTheVerdict(int earliest, int latest, int listed, Integer unlisted, Verdict verdict) {
        Undecided doubt = new Undecided(
                new Delivery(ago(earliest), ago(latest)), ago(listed), unlisted == null ? null : ago(unlisted));

        assertThat(doubt.verdict(NOW)).isEqualTo(verdict);
        assertThat(doubt.rereadTimes(NOW).findAny().isPresent()).isEqualTo(verdict == Verdict.OPEN);
    }

    /** Uses a thousand pages, each with a job that expired just before it, just after it, or at the end. */
    @Test
    void everyJobIsDecidedByFewReadings() {
        Map<UUID, Delivery> delivered = new HashMap<>();
        Map<UUID, Instant> expired = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            UUID id = new UUID(0, i);
            Instant at = ago(1001 - i);
            delivered.put(id, new Delivery(at, at));
            expired.put(id, i % 100 == 0 ? at.minusSeconds(1) : i % 100 == 1 ? at.plusSeconds(1) : NOW);
        }
        UndecidedExpiries doubts = UndecidedExpiries.NONE.with(delivered, ago(2000));
        Set<UUID> found = new HashSet<>();
        Set<UUID> live = new HashSet<>();
        int readings = 0;
        while (doubts.next(NOW).isPresent()) {
            Instant from = doubts.next(NOW).get();
            doubts = doubts.read(
                    from,
                    expired.entrySet().stream()
                            .filter(entry -> !entry.getValue().isBefore(from))
                            .map(Map.Entry::getKey)
                            .collect(Collectors.toSet()));
            found.addAll(doubts.of(Verdict.EXPIRED, NOW));
            live.addAll(doubts.of(Verdict.LIVE, NOW));
            assertThat(doubts.of(Verdict.UNKNOWN, NOW)).isEmpty();
            doubts = doubts.undecided(NOW);
            readings++;
        }

        assertThat(live).hasSize(10).allMatch(id -> id.getLeastSignificantBits() % 100 == 0);
        assertThat(found).hasSize(990);
        assertThat(readings).isLessThan(ExpirySweep.MAX_REREADS);
    }

    private static Instant ago(int minutes) {
        return NOW.minusSeconds(minutes * 60L);
    }
}
