package dev.jobfeed;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs rounds of a backfill and incremental runs while the data changes, the API fails and processes are killed, all at
 * random. {@code -Djobfeed.chaos.seed} repeats the random choices, but not the progress of a process when a signal
 * reaches it. {@code -Djobfeed.chaos.rounds} sets the number of rounds, {@code -Djobfeed.chaos.first} the first one.
 * The directory of a failed round is kept, with the output of its processes and, in odd rounds, the H2 file.
 */
@Tag("processes")
class ChaosTest {

    private static final long SEED =
            Long.getLong("jobfeed.chaos.seed", RandomGenerator.getDefault().nextLong(1_000_000_000));
    private static final ChaosSummary SUMMARY = new ChaosSummary();

    static IntStream rounds() {
        int first = Integer.getInteger("jobfeed.chaos.first", 1);
        return IntStream.range(first, first + Integer.getInteger("jobfeed.chaos.rounds", 6));
    }

    @BeforeAll
    static void printSeed() {
        System.out.println("Chaos: -Djobfeed.chaos.seed=" + SEED);
    }

    @AfterAll
    static void printSummary() {
        System.out.println("Chaos: " + SUMMARY);
    }

    @ParameterizedTest(name = "round {0}")
    @MethodSource("rounds")
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void storeEqualsSandboxAfterFaultsAndKills(int number, @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path directory)
            throws Exception {
        try (ChaosRound round = new ChaosRound(number, SEED, directory)) {
            Instant start = Instant.now();
            round.execute();
            SUMMARY.add(round);
            System.out.println("Chaos: round " + number + " passed after "
                    + Duration.between(start, Instant.now()).toSeconds() + " s");
        }
    }
}
