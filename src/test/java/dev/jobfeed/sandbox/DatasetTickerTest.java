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

class DatasetTickerTest {

    @Test
    void datasetChangesAtTheConfiguredRates() {
        try (Calls calls = new Calls(
                options -> options.newPerMinute(6000).updatedPerMinute(3000).expiredPerMinute(600))) {
            await().until(() -> {
                Dataset.Counts counts = calls.data().counts();
                return counts.updated() >= 20 && counts.expirations() >= 4;
            });

            Dataset.Counts counts = calls.data().counts();
            assertThat(counts.created()).isGreaterThan(counts.updated());
            assertThat(counts.updated()).isGreaterThan(counts.expirations());
        }
    }

    @Test
    void someExpiredJobsReturnLater() {
        try (Calls calls = new Calls(options -> options.expiredPerMinute(6000))) {
            await().until(() -> calls.data().counts().expirations() >= 60);
            assertThat(calls.data().counts().returned()).isZero();

            calls.clock.forward(Duration.ofMinutes(2));

            await().until(() -> calls.data().counts().returned() >= 5);
        }
    }

    @Test
    void datasetWithoutRatesDoesNotChange() throws Exception {
        try (Calls calls = new Calls()) {
            calls.scan("{\"batch_size\":10}");

            assertThat(calls.data().counts()).isEqualTo(new Dataset.Counts(100, 0, 120, 0, 0, 0, 0));
        }
    }

    @Test
    void concurrentChangesKeepTheCountsConsistent() throws Exception {
        try (Calls calls = new Calls()) {
            List<CompletableFuture<Void>> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(CompletableFuture.runAsync(() -> {
                    for (int round = 0; round < 50; round++) {
                        calls.data().createJobs(3);
                        calls.data().updateJobs(2);
                        calls.data().expireJobs(2);
                        calls.data().returnJobs(1);
                    }
                }));
            }
            while (!threads.stream().allMatch(CompletableFuture::isDone)) {
                assertThat(Calls.ids(calls.scan("{\"batch_size\":50}"))).doesNotHaveDuplicates();
            }
            threads.forEach(CompletableFuture::join);

            assertThat(calls.data().activeCount()).isEqualTo(100 + 4 * 50 * (3 - 2 + 1));
            Set<UUID> expired = calls.data().expiredIds().collect(Collectors.toSet());
            assertThat(expired).hasSize(200).noneMatch(calls.data()::isActive);
            assertThat(Calls.ids(calls.scan("{}")))
                    .containsExactlyElementsOf(calls.data().activeIds().toList());
            assertThat(calls.scanExpired("")).containsAll(expired);
        }
    }
}
