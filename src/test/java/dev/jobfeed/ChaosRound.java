package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs a backfill and incremental runs with faults, and checks the result. */
final class ChaosRound implements AutoCloseable {

    /** Holds the timeout of a round, many times its usual duration. */
    private static final Duration LIMIT = Duration.ofMinutes(8);

    /** Limits the lines of events in the report of a failed round. */
    private static final int MOST_LINES = 3000;

    private enum Interruption {
        NONE,
        TERMINATE,
        KILL
    }

    private final int number;
    private final long seed;
    private final Random random;
    private final Path directory;
    private final String url;
    private final Map<String, String> properties = new TreeMap<>();
    private final Map<String, String> processProperties = new TreeMap<>();
    private final List<JobfeedProcess> processes = new ArrayList<>();
    private final ChaosEventLog events = new ChaosEventLog();
    private final ChaosInvariants invariants;
    private final Sandbox sandbox;
    private final ChaosFaultInjector faults;
    private final int batchSize;
    private final int siteBatchSize;
    private final boolean hasCareerSites;
    private final boolean isByPostingTime;
    private final boolean clocksAreSet;
    private final BigDecimal creditsPerJob;
    private final Map<String, Integer> interruptions = new HashMap<>();
    private Duration serverOffset = Duration.ZERO;
    private int attempts;
    private volatile int kills;
    private volatile int terminations;
    private volatile Instant interruptedAt;
    private volatile String timeoutReport;

    /** Draws the parameters of a round. */
    ChaosRound(int number, long seed, Path directory) throws Exception {
        this.number = number;
        this.seed = seed;
        // mixed, because neighbouring seeds give similar sequences
        this.random = new Random(new SplittableRandom(seed * 31 + number).nextLong());
        this.directory = directory;
        url = number % 2 == 0
                ? PostgresServer.newDatabase()
                : "jdbc:h2:file:" + directory.resolve("jobs") + ";WRITE_DELAY=0;MAX_COMPACT_TIME=0";
        batchSize = randomOf(20, 40, 80);
        siteBatchSize = randomOf(5, 10, 20);
        hasCareerSites = random.nextBoolean();
        isByPostingTime = random.nextInt(3) == 0;
        clocksAreSet = random.nextInt(4) == 0;
        creditsPerJob = random.nextInt(3) == 0 ? BigDecimal.valueOf(0.5) : null;
        invariants = new ChaosInvariants(url, clocksAreSet);
        sandbox = Sandbox.start(SandboxOptions.builder()
                .port(0)
                .seed(random.nextInt())
                .jobs(batchSize * (6 + random.nextInt(10)))
                .careerSites(hasCareerSites ? siteBatchSize * (3 + random.nextInt(6)) : 0)
                .creditsPerJob(creditsPerJob)
                .creditsBalance(BigDecimal.valueOf(10_000_000))
                .descriptionBytes(randomOf(300, 2000, 6000))
                .unknownExpired(clocksAreSet ? randomOf(0, 200) : randomOf(0, 200, 100_000))
                .latency(Duration.ofMillis(randomOf(0, 2, 10)))
                .build());
        properties.put("jobo.base-url", sandbox.baseUrl());
        properties.put("jobo.api-key", Sandbox.TEST_KEY);
        properties.put("jobo.jobs.batch-size", Integer.toString(batchSize));
        properties.put("jobo.career-sites.batch-size", Integer.toString(siteBatchSize));
        properties.put("jobo.jobs.watermark-parameter", isByPostingTime ? "posted_after" : "updated_after");
        // 0s only with the same clock on both sides: then no result may depend on the overlap
        String overlap = clocksAreSet ? randomOf("2s", "15m") : randomOf("0s", "2s", "15m");
        properties.put("jobo.overlap", overlap);
        // a sweep reads its window up to 17 times, and 15 minutes cover the whole round
        properties.put(
                "jobo.expired.batch-size",
                clocksAreSet || overlap.equals("15m") ? randomOf("50", "10000") : randomOf("5", "50", "10000"));
        properties.put("jobo.retry.time-scale", "0.003");
        properties.put("jobfeed.lease", "1s");
        properties.put("jobfeed.datasource.url", url.replaceFirst(";.*", ""));
        processProperties.putAll(properties);
        processProperties.put("jobfeed.log.level", randomOf("WARN", "WARN", "WARN", "DEBUG", "TRACE"));
        List<FaultRule> script = ChaosScript.generate(random);
        ChaosCycle cycle = new ChaosCycle(new Random(random.nextLong()), randomOf(0.0, 0.0, 0.01));
        events.add(sandbox.data().activeCount() + " jobs, " + properties + ", career sites " + hasCareerSites
                + ", credits per job " + creditsPerJob + ", clocks set " + clocksAreSet + ", faults " + script);
        faults = new ChaosFaultInjector(sandbox, script, cycle, new Random(random.nextLong()), events);
    }

    @SafeVarargs
    private <T> T randomOf(T... of) {
        return of[random.nextInt(of.length)];
    }

    int attempts() {
        return attempts;
    }

    int kills() {
        return kills;
    }

    int terminations() {
        return terminations;
    }

    int changes() {
        return faults.changes();
    }

    ChaosInvariants invariants() {
        return invariants;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /** Runs the attempts with faults and then one without, and checks the result. */
    void execute() throws Exception {
        Thread thread = Thread.currentThread();
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        watch.schedule(() -> abort(thread), LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        try {
            runAttempts();
        } finally {
            watch.shutdownNow();
        }
    }

    /** Ends a round that exceeds its timeout, so that it fails and reports what it was waiting for. */
    private void abort(Thread thread) {
        StringBuilder report = new StringBuilder("The round did not end within " + LIMIT + ". Its thread was at:\n");
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (!frame.getClassName().startsWith("org.apache.camel.")) {
                report.append("  ").append(frame).append('\n');
            }
        }
        try {
            for (JobfeedProcess process : processes) {
                if (process.isAlive()) {
                    // the JVM prints the stacks of its threads to its output, which the report of the round contains
                    process.signal("QUIT");
                }
            }
            report.append("Open runs: ").append(invariants.openRuns());
        } catch (Exception e) {
            report.append("Threads of the processes and open runs are not available: ")
                    .append(e);
        }
        timeoutReport = report.toString();
        thread.interrupt();
    }

    private void runAttempts() throws Exception {
        try {
            int planned = 5 + random.nextInt(4);
            int processAttempts = 2 + random.nextInt(3);
            int clockStepAttempt = clocksAreSet ? 1 + random.nextInt(planned - 1) : -1;
            for (int i = 0; i < planned; i++) {
                faults.startAttempt();
                if (i == clockStepAttempt) {
                    // once only, because no client can detect a step that is reverted before the next request
                    // and forward only: edits after a step back are older than the stored ones, and never replace
                    // them
                    serverOffset = seconds(90, 600, 7200, 100_000);
                    faults.shiftServerClock(serverOffset);
                }
                if (random.nextBoolean()) {
                    followRemedies();
                }
                if (i == 0 || random.nextInt(planned - i) < processAttempts) {
                    processAttempts--;
                    process();
                } else {
                    attemptInProcess();
                }
                check();
                faults.changeData();
                if (timeoutReport != null) {
                    throw new IllegalStateException("The round exceeded its timeout.");
                }
            }
            if (clocksAreSet) {
                sandbox.shiftClock(serverOffset);
            }
            faults.stop();
            for (FeedDefinition source : sources()) {
                syncWithoutFaults(source);
            }
            check();
            assertPurchasesAreJustified();
            assertOutputHasNoKey();
            assertThat(sandbox.log().entries("/redirected")).isEmpty();
        } catch (AssertionError | Exception e) {
            throw new AssertionError(
                    "Round " + number + " failed; -Djobfeed.chaos.seed=" + seed + " -Djobfeed.chaos.first=" + number
                            + " -Djobfeed.chaos.rounds=1 repeats it. "
                            + (timeoutReport == null ? e.getMessage() : timeoutReport) + "\nDirectory: " + directory
                            + "\n"
                            + events.report(sandbox, MOST_LINES) + "\n" + processOutputs(),
                    e);
        }
    }

    private List<FeedDefinition> sources() {
        return hasCareerSites
                ? List.of(FeedDefinition.JOBS, FeedDefinition.CAREER_SITES)
                : List.of(FeedDefinition.JOBS);
    }

    private void check() throws SQLException {
        invariants.check(Instant.now().plus(serverOffset));
        sources().forEach(this::assertLastPageWasRead);
    }

    /** Asserts that the last response before a successful run did not announce more pages. */
    private void assertLastPageWasRead(FeedDefinition source) {
        if ("succeeded".equals(invariants.lastStatus(source.stream()))) {
            for (String path : List.of(source.path(), "/api/jobs/expired")) {
                List<LoggedRequest> answered = sandbox.log().entries(path).stream()
                        .filter(request -> request.status() == 200)
                        .toList();
                if (!answered.isEmpty() && (source == FeedDefinition.JOBS || path.equals(source.path()))) {
                    assertThat(answered.get(answered.size() - 1).fault())
                            .as("fault of the last response of %s before a run succeeded", path)
                            .isNotIn("no_cursor", "repeated_cursor", "cursor_cycle", "repeated_pages", "empty_page");
                }
            }
        }
    }

    /** Runs the command that the error of a blocked run names. */
    private void followRemedies() throws Exception {
        for (FeedDefinition source : sources()) {
            String remedy = invariants.remedy(source.stream());
            if (remedy != null) {
                CommandResult done = CommandResult.run(properties, remedy.split(" "));
                events.add("operator: " + remedy + ": " + done);
                // 3 while a killed process holds the lease
                assertThat(done.exitCode()).as("exit code of %s", remedy).isIn(0, 3);
            }
        }
    }

    private void assertPurchasesAreJustified() throws SQLException {
        for (FeedDefinition source : sources()) {
            boolean isJobs = source == FeedDefinition.JOBS;
            int kills = interruptions.getOrDefault(source.stream(), 0);
            PurchasedPages purchased = PurchasedPages.of(sandbox, url, source);
            purchased.assertIsJustified(kills, clocksAreSet);
            if (!clocksAreSet) {
                purchased.assertNoPageIsPurchasedTwice(kills);
            }
            purchased.assertReportedCosts(
                    creditsPerJob == null ? BigDecimal.ZERO : isJobs ? creditsPerJob : BigDecimal.valueOf(50),
                    isJobs ? batchSize : siteBatchSize,
                    kills);
        }
    }

    private void assertOutputHasNoKey() throws IOException {
        for (JobfeedProcess process : processes) {
            assertThat((process.out() + process.err()).lines().filter(line -> line.contains(Sandbox.TEST_KEY)))
                    .as("lines of output with the API key")
                    .isEmpty();
        }
    }

    private String processOutputs() throws IOException {
        StringBuilder outputs = new StringBuilder();
        for (JobfeedProcess process : processes) {
            outputs.append("Process ").append(process.pid()).append(", end of its output:\n");
            last(process.err(), 60)
                    .forEach(line -> outputs.append("  ").append(line).append('\n'));
            last(process.out(), process.isAlive() ? 500 : 60)
                    .forEach(line -> outputs.append("  ").append(line).append('\n'));
        }
        return outputs.toString();
    }

    private static List<String> last(String text, int most) {
        List<String> lines = text.lines().toList();
        return lines.subList(Math.max(0, lines.size() - most), lines.size());
    }

    private void process() throws Exception {
        Interruption interruption = randomOf(
                Interruption.NONE,
                Interruption.TERMINATE,
                Interruption.TERMINATE,
                Interruption.KILL,
                Interruption.KILL,
                Interruption.KILL,
                Interruption.KILL,
                Interruption.KILL);
        String command = random.nextInt(8) == 0 ? "resync" : "sync";
        String streams = !hasCareerSites
                ? "jobs"
                : command.equals("sync")
                        ? randomOf("jobs", "jobs", "career-sites", "all")
                        : randomOf("jobs", "career-sites");
        List<FeedDefinition> syncedSources = sources().stream()
                .filter(source -> streams.equals("all") || streams.equals(source.property()))
                .toList();
        interruptedAt = null;
        JobfeedProcess process = JobfeedProcess.in(directory, processProperties, command, streams);
        processes.add(process);
        events.add("attempt " + ++attempts + ": " + command + " " + streams + " in process " + process.pid()
                + ", signal " + interruption);
        if (interruption != Interruption.NONE) {
            boolean isEarly = random.nextInt(attempts == 1 ? 3 : 6) == 0;
            faults.scheduleAction(
                    isEarly ? 0 : 1 + random.nextInt(attempts == 1 ? 8 : 3),
                    isEarly ? Duration.ofMillis(200 + random.nextInt(2500)) : randomDelay(),
                    () -> interruptProcess(process, interruption));
        }
        int code = process.exitCode();
        faults.cancelAction();
        events.add("attempt " + attempts + " ended with exit code " + code);
        invariants.check(Instant.now().plus(serverOffset));
        if (interruptedAt == null) {
            assertThat(code).as("exit code").isIn(0, 1, 3);
            List<String> statuses = syncedSources.stream()
                    .map(source -> String.valueOf(invariants.lastStatus(source.stream())))
                    .toList();
            assertThat(code == 0)
                    .as("exit code 0 of an attempt with runs in state %s", statuses)
                    .isEqualTo(statuses.stream().allMatch("succeeded"::equals) && code != 3);
        } else {
            syncedSources.forEach(source -> interruptions.merge(source.stream(), 1, Integer::sum));
            assertThat(Duration.between(interruptedAt, Instant.now())).isLessThan(Duration.ofSeconds(30));
            assertThat(code).as("exit code").isIn(0, 1, 3, 128 + 9, 128 + 15);
        }
    }

    /** Returns 1 to 300 ms, evenly distributed over the magnitudes, because a page takes longer in a new process. */
    private Duration randomDelay() {
        return Duration.ofNanos((long) (1_000_000 * Math.pow(300, random.nextDouble())));
    }

    private void interruptProcess(JobfeedProcess process, Interruption interruption) {
        ProcessHandle.of(process.pid()).filter(ProcessHandle::isAlive).ifPresent(handle -> {
            events.add("signal " + interruption);
            interruptedAt = Instant.now();
            if (interruption == Interruption.KILL) {
                kills++;
                handle.destroyForcibly();
            } else {
                terminations++;
                handle.destroy();
            }
        });
    }

    private void attemptInProcess() {
        int pages = random.nextBoolean() ? 1 + random.nextInt(6) : 0;
        FeedDefinition source = hasCareerSites
                ? randomOf(FeedDefinition.JOBS, FeedDefinition.JOBS, FeedDefinition.CAREER_SITES)
                : FeedDefinition.JOBS;
        Duration offset = clocksAreSet ? seconds(0, 0, 90, -90, 7200, -7200) : Duration.ZERO;
        events.add("attempt " + ++attempts + ": " + source.stream() + " in process, at most " + pages
                + " pages, clock offset " + offset);
        try (SyncFixture fixture = fixture().clock(Clock.offset(Clock.systemUTC(), offset))) {
            Run run = syncOnceLeaseIsFree(fixture, source, pages);
            events.add("attempt " + attempts + " ended: " + run);
            assertThat(run.status())
                    .as("status of the run after an attempt without a failure")
                    .isIn("succeeded", pages == 0 ? "" : "open");
        } catch (Exception e) {
            events.add("attempt " + attempts + " failed: " + ProblemTranslator.describe(e));
            assertThat(ProblemTranslator.of(e, 0).condition())
                    .as("condition of the failed attempt: %s", ProblemTranslator.describe(e))
                    .isNotIn(ChaosInvariants.UNEXPECTED);
        }
    }

    private Duration seconds(Integer... of) {
        return Duration.ofSeconds(randomOf(of));
    }

    private SyncFixture fixture() {
        SyncFixture fixture = SyncFixture.over(sandbox, url);
        properties.forEach(fixture::with);
        return fixture;
    }

    /** Runs an attempt as soon as the lease of a killed process has expired. */
    private static Run syncOnceLeaseIsFree(SyncFixture fixture, FeedDefinition source, int pages) {
        Run[] run = new Run[1];
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .pollInSameThread()
                .until(() -> {
                    try {
                        run[0] = pages == 0
                                ? fixture.syncStream(source.stream())
                                : fixture.syncStream(source.stream(), pages);
                        return true;
                    } catch (Exception e) {
                        if (isLocked(e)) {
                            return false;
                        }
                        throw e;
                    }
                });
        return run[0];
    }

    private static boolean isLocked(Throwable failure) {
        return failure != null && (failure instanceof StreamLockedException || isLocked(failure.getCause()));
    }

    /** Completes the open run, if there is one, and then a whole incremental run. */
    private void syncWithoutFaults(FeedDefinition source) throws Exception {
        Instant faultsEndedAt = Instant.now().plus(serverOffset);
        events.add("no more faults for " + source.stream());
        await().atMost(Duration.ofSeconds(30)).pollInSameThread().until(() -> {
            followRemedies();
            check();
            return invariants.remedy(source.stream()) == null;
        });
        try (SyncFixture fixture = fixture()) {
            // an open run began while faults were injected
            boolean isWhole = !"open".equals(invariants.lastStatus(source.stream()));
            Run run = syncSuccessfully(fixture, source);
            for (int i = 0; i < 2 && (!isWhole || run.mode() != RunMode.INCREMENTAL); i++) {
                run = syncSuccessfully(fixture, source);
                isWhole = true;
            }
            assertThat(run.mode()).isEqualTo(RunMode.INCREMENTAL);
            if (!clocksAreSet) {
                assertThat(run.runStartedAt().toInstant()).isAfterOrEqualTo(faultsEndedAt);
            }
            if (source == FeedDefinition.CAREER_SITES) {
                assertCareerSites(fixture);
                return;
            }
            if (isByPostingTime) {
                // jobs posted before are only delivered by a resync
                Set<UUID> returnedJobs = faults.returnedJobs();
                assertThat(fixture.database.queryForList("select id from active_job", UUID.class))
                        .as("active jobs, before the resync")
                        .containsAll(sandbox.data()
                                .activeIds()
                                .filter(id -> !returnedJobs.contains(id) && !clocksAreSet)
                                .toList());
                fixture.coordinator().requestResync(null, "jobs");
                assertThat(syncSuccessfully(fixture, source).mode()).isEqualTo(RunMode.RESYNC);
            }
            fixture.assertStoreEqualsSandboxExcept(
                    clocksAreSet
                            ? Set.copyOf(fixture.database.queryForList("select job_id from pending_expiry", UUID.class))
                            : Set.of());
        }
    }

    private Run syncSuccessfully(SyncFixture fixture, FeedDefinition source) {
        Run run = syncOnceLeaseIsFree(fixture, source, 0);
        events.add("without faults: " + run);
        assertThat(run.status()).isEqualTo("succeeded");
        return run;
    }

    /** Asserts that the stored career sites equal those of the sandbox. */
    private void assertCareerSites(SyncFixture fixture) {
        List<String> expected = new ArrayList<>();
        sandbox.data().forEachCareerSite(json -> {
            JsonNode site = SyncFixture.parse(json);
            expected.add(site.path("id").asText() + "|" + site.path("name").asText() + "|"
                    + site.path("summary").asText(""));
        });
        assertThat(fixture.database.queryForList(
                        "select cast(id as varchar) || '|' || name || '|' || coalesce(summary, '') from career_site"
                                + " where cast(id as varchar) not like '" + SyncFixture.FAULT_ID + "%'",
                        String.class))
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Override
    public void close() throws InterruptedException {
        for (JobfeedProcess process : processes) {
            process.close();
        }
        faults.close();
        sandbox.close();
    }
}
