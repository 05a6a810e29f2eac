package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class UniverseTickerTest {

    @Test
    void theWorldMovesByItselfAtTheGivenRates() {
        try (Calls calls = new Calls(
                options -> options.newPerMinute(6000).updatedPerMinute(3000).expiredPerMinute(600))) {
            await().until(() -> {
                JobUniverse.Counts counts = calls.world().counts();
                return counts.updated() >= 20 && counts.expirations() >= 4;
            });

            JobUniverse.Counts counts = calls.world().counts();
            assertThat(counts.created()).isGreaterThan(counts.updated());
            assertThat(counts.updated()).isGreaterThan(counts.expirations());
        }
    }

    @Test
    void someOfTheExpiredJobsComeBackLater() {
        try (Calls calls = new Calls(options -> options.expiredPerMinute(6000))) {
            await().until(() -> calls.world().counts().expirations() >= 60);
            assertThat(calls.world().counts().returned()).isZero();

            calls.clock.forward(Duration.ofMinutes(2));

            await().until(() -> calls.world().counts().returned() >= 5);
        }
    }

    @Test
    void aWorldWithoutRatesStandsStill() throws Exception {
        try (Calls calls = new Calls()) {
            calls.scan("{\"batch_size\":10}");

            assertThat(calls.world().counts()).isEqualTo(new JobUniverse.Counts(100, 0, 120, 0, 0, 0, 0));
        }
    }

    @Test
    void movesFromManyThreadsKeepTheBooksStraight() throws Exception {
        try (Calls calls = new Calls()) {
            List<CompletableFuture<Void>> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(CompletableFuture.runAsync(() -> {
                    for (int round = 0; round < 50; round++) {
                        calls.world().createJobs(3);
                        calls.world().updateJobs(2);
                        calls.world().expireJobs(2);
                        calls.world().returnJobs(1);
                    }
                }));
            }
            while (!threads.stream().allMatch(CompletableFuture::isDone)) {
                assertThat(Calls.ids(calls.scan("{\"batch_size\":50}"))).doesNotHaveDuplicates();
            }
            threads.forEach(CompletableFuture::join);

            assertThat(calls.world().activeCount()).isEqualTo(100 + 4 * 50 * (3 - 2 + 1));
            Set<UUID> expired = calls.world().expiredIds().collect(Collectors.toSet());
            assertThat(expired).hasSize(200).noneMatch(calls.world()::isActive);
            assertThat(Calls.ids(calls.scan("{}")))
                    .containsExactlyElementsOf(calls.world().activeIds().toList());
            assertThat(calls.scanExpired("")).containsAll(expired);
        }
    }
}
