package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ExpiredTest {

    private static final Duration WEEK = Duration.ofDays(7);

    @Test
    void windowStartsADayAgoByDefault() throws Exception {
        try (Calls calls = new Calls(options -> options.unknownExpired(0))) {
            List<UUID> old = calls.data().expireJobs(3);
            calls.clock.forward(Duration.ofDays(2));
            List<UUID> recent = calls.data().expireJobs(2);

            assertThat(calls.scanExpired("")).isEqualTo(recent);
            assertThat(calls.scanExpired("?expired_since=" + Calls.encoded("2026-11-10T11:59:59+00:00")))
                    .hasSize(5)
                    .startsWith(old.toArray(UUID[]::new))
                    .endsWith(recent.toArray(UUID[]::new));
        }
    }

    @Test
    void windowIsStrict() throws Exception {
        try (Calls calls = new Calls(options -> options.unknownExpired(0))) {
            calls.data().expireJobs(1);

            assertThat(calls.scanExpired("?expired_since=" + Calls.START)).isEmpty();
            assertThat(calls.scanExpired("?expired_since=" + Calls.START.minusNanos(1000)))
                    .hasSize(1);
        }
    }

    @Test
    void windowOfMoreThanSevenDaysIsRejected() throws Exception {
        try (Calls calls = new Calls()) {
            assertThat(calls.get("/api/jobs/expired?expired_since=" + Calls.START.minus(WEEK))
                            .statusCode())
                    .isEqualTo(200);
            var refused = calls.get(
                    "/api/jobs/expired?expired_since=" + Calls.START.minus(WEEK).minusMillis(1));

            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(Calls.json(refused).get("message").textValue()).contains("expired_since", "7 days");
        }
    }

    @Test
    void unknownIdsAreIncludedAndStable() throws Exception {
        String query = "?expired_since=" + Calls.START.minus(WEEK);
        try (Calls calls = new Calls();
                Calls sameOptions = new Calls()) {
            List<UUID> known = calls.data().expireJobs(5);
            List<UUID> all = calls.scanExpired(query);

            assertThat(all).doesNotHaveDuplicates().containsAll(known);
            assertThat(all.size() - known.size()).isBetween(198, 202);
            List<UUID> unknownIds = new ArrayList<>(all);
            unknownIds.removeAll(known);
            assertThat(sameOptions.scanExpired(query)).isEqualTo(unknownIds);
            assertThat(unknownIds).noneMatch(calls.data()::isActive);
        }
    }

    @Test
    void listIsPagedByCursorInTheOrderOfExpiry() throws Exception {
        try (Calls calls = new Calls()) {
            calls.data().expireJobs(30);
            String query = "?expired_since=" + Calls.START.minus(WEEK);
            List<UUID> inOnePage = calls.scanExpired(query + "&batch_size=10000");

            assertThat(calls.scanExpired(query + "&batch_size=7")).isEqualTo(inOnePage);

            JsonNode first = calls.expired(query + "&batch_size=100");
            calls.data().expireJobs(4);
            List<UUID> remaining = calls.scanExpired(
                    "?batch_size=100&cursor=" + first.get("next_cursor").textValue());
            assertThat(remaining).hasSize(inOnePage.size() - 100 + 4).startsWith(inOnePage.get(100));
        }
    }

    @Test
    void returnedJobIsStillListedAndJobExpiredTwiceIsListedOnce() throws Exception {
        try (Calls calls = new Calls(options -> options.unknownExpired(0))) {
            List<UUID> ids = calls.data().expireJobs(2);
            calls.data().returnJob(ids.get(0));
            calls.data().returnJob(ids.get(1));
            calls.data().expireJob(ids.get(0));

            assertThat(calls.scanExpired("")).containsExactly(ids.get(1), ids.get(0));
            assertThat(calls.data().isActive(ids.get(1))).isTrue();
            assertThat(calls.data().activeCount()).isEqualTo(99);
        }
    }

    @Test
    void listIsFreeWhenTheFeedIsMetered() throws Exception {
        try (Calls calls =
                new Calls(options -> options.creditsPerJob(BigDecimal.ONE).creditsBalance(BigDecimal.ZERO))) {
            assertThat(calls.get("/api/jobs/expired").headers().map().keySet())
                    .noneMatch(name -> name.startsWith("x-credits"));
            assertThat(calls.post("/api/jobs/feed", "").statusCode()).isEqualTo(402);
        }
    }
}
