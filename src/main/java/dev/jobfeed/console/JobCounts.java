package dev.jobfeed.console;

import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.sync.SyncAttempt;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/** Counts active and expired jobs by source, now and over time. */
public final class JobCounts {

    private static final Logger LOG = LoggerFactory.getLogger(JobCounts.class);

    private static final Duration RETENTION = Duration.ofDays(90);

    /** Counting reads the whole table, so a count is cached for this many times its duration. */
    private static final int CACHE_FACTOR = 20;

    private final Tenant tenant;
    private final Clock clock;
    private List<OfSource> last = List.of();
    private long lastUntilNanos = System.nanoTime();
    private OffsetDateTime lastRecorded;

    public JobCounts(Tenant tenant, Clock clock) {
        this.tenant = tenant;
        this.clock = clock;
    }

    /**
     * Number of jobs of a source.
     *
     * @param source empty for jobs without a source
     */
    public record OfSource(String source, long active, long expired) {}

    /** Returns the jobs of each source, most active jobs first; for a large table, possibly some seconds old. */
    public synchronized List<OfSource> now() {
        if (System.nanoTime() - lastUntilNanos >= 0) {
            count();
        }
        return last;
    }

    private void count() {
        long started = System.nanoTime();
        last = tenant.sql()
                .statement("job-count-by-source")
                .query((row, i) -> new OfSource(row.getString("source"), row.getLong("active"), row.getLong("expired")))
                .list();
        long ended = System.nanoTime();
        lastUntilNanos = ended + CACHE_FACTOR * (ended - started);
    }

    /** Records the counts after a succeeded run, at most once an hour. Never fails the attempt. */
    public synchronized void note(SyncAttempt attempt) {
        if (attempt.run() == null
                || !attempt.stream().equals("jobs")
                || !attempt.run().status().equals("succeeded")) {
            return;
        }
        OffsetDateTime hour =
                OffsetDateTime.now(clock).withOffsetSameInstant(ZoneOffset.UTC).truncatedTo(ChronoUnit.HOURS);
        if (hour.equals(lastRecorded)) {
            return;
        }
        try {
            count();
            tenant.transaction().executeWithoutResult(status -> {
                tenant.sql()
                        .statement("job-count-purge")
                        .param("at", hour)
                        .param("before", hour.minus(RETENTION))
                        .update();
                tenant.sql()
                        .batch(
                                "job-count-insert",
                                last.stream()
                                        .<SqlParameterSource>map(count -> new MapSqlParameterSource("at", hour)
                                                .addValue("source", count.source())
                                                .addValue("active", count.active())
                                                .addValue("expired", count.expired()))
                                        .toList());
            });
            lastRecorded = hour;
        } catch (DataAccessException e) {
            LOG.warn("The jobs of each source were not counted for the console. {}", ProblemTranslator.describe(e));
        }
    }
}
