package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.cli.InProcess;
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

/** A backfill and incremental runs through a storm, and what must be true after it. */
final class ChaosRound implements AutoCloseable {

    /** Many times what a round takes. */
    private static final Duration LIMIT = Duration.ofMinutes(8);

    /** Lines of the diary in the report of a round that failed. */
    private static final int MOST_LINES = 3000;

    private enum Blow {
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
    private final ChaosEventLog diary = new ChaosEventLog();
    private final ChaosInvariants books;
    private final Sandbox sandbox;
    private final ChaosFaultInjector storm;
    private final int batchSize;
    private final int siteBatchSize;
    private final boolean hasCareerSites;
    private final boolean isByPostingTime;
    private final boolean clocksAreSet;
    private final BigDecimal creditsPerJob;
    private final Map<String, Integer> blows = new HashMap<>();
    private Duration serverOffset = Duration.ZERO;
    private int attempts;
    private volatile int kills;
    private volatile int terminations;
    private volatile Instant struckAt;
    private volatile String overdue;

    /** Draws a round. */
    ChaosRound(int number, long seed, Path directory) throws Exception {
        this.number = number;
        this.seed = seed;
        // mixed, because the seeds of neighbours draw alike
        this.random = new Random(new SplittableRandom(seed * 31 + number).nextLong());
        this.directory = directory;
        url = number % 2 == 0
                ? PostgresServer.newDatabase()
                : "jdbc:h2:file:" + directory.resolve("jobs") + ";WRITE_DELAY=0;MAX_COMPACT_TIME=0";
        batchSize = one(20, 40, 80);
        siteBatchSize = one(5, 10, 20);
        hasCareerSites = random.nextBoolean();
        isByPostingTime = random.nextInt(3) == 0;
        clocksAreSet = random.nextInt(4) == 0;
        creditsPerJob = random.nextInt(3) == 0 ? BigDecimal.valueOf(0.5) : null;
        books = new ChaosInvariants(url, clocksAreSet);
        sandbox = Sandbox.start(SandboxOptions.builder()
                .port(0)
                .seed(random.nextInt())
                .jobs(batchSize * (6 + random.nextInt(10)))
                .careerSites(hasCareerSites ? siteBatchSize * (3 + random.nextInt(6)) : 0)
                .creditsPerJob(creditsPerJob)
                .creditsBalance(BigDecimal.valueOf(10_000_000))
                .descriptionBytes(one(300, 2000, 6000))
                .unknownExpired(clocksAreSet ? one(0, 200) : one(0, 200, 100_000))
                .latency(Duration.ofMillis(one(0, 2, 10)))
                .build());
        properties.put("jobo.base-url", sandbox.baseUrl());
        properties.put("jobo.api-key", Sandbox.TEST_KEY);
        properties.put("jobo.jobs.batch-size", Integer.toString(batchSize));
        properties.put("jobo.career-sites.batch-size", Integer.toString(siteBatchSize));
        properties.put("jobo.jobs.watermark-parameter", isByPostingTime ? "posted_after" : "updated_after");
        // one clock for both sides: nothing may depend on an overlap that the next one does not have
        String overlap = clocksAreSet ? one("2s", "15m") : one("0s", "2s", "15m");
        properties.put("jobo.overlap", overlap);
        // a sweep reads its window up to 17 times, and 15 minutes are all of a round
        properties.put(
                "jobo.expired.batch-size",
                clocksAreSet || overlap.equals("15m") ? one("50", "10000") : one("5", "50", "10000"));
        properties.put("jobo.retry.time-scale", "0.003");
        properties.put("jobfeed.lease", "1s");
        properties.put("jobfeed.datasource.url", url.replaceFirst(";.*", ""));
        processProperties.putAll(properties);
        processProperties.put("jobfeed.log.level", one("WARN", "WARN", "WARN", "DEBUG", "TRACE"));
        List<FaultRule> script = ChaosScript.draw(random);
        ChaosCycle cycle = new ChaosCycle(new Random(random.nextLong()), one(0.0, 0.0, 0.01));
        diary.add(sandbox.data().activeCount() + " jobs, " + properties + ", career sites " + hasCareerSites
                + ", credits per job " + creditsPerJob + ", clocks set " + clocksAreSet + ", faults " + script);
        storm = new ChaosFaultInjector(sandbox, script, cycle, new Random(random.nextLong()), diary);
    }

    @SafeVarargs
    private <T> T one(T... of) {
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

    int moves() {
        return storm.moves();
    }

    ChaosInvariants books() {
        return books;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /** The storm, the calm after it, and what must be true then. */
    void play() throws Exception {
        Thread thread = Thread.currentThread();
        ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor();
        watch.schedule(() -> giveUp(thread), LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        try {
            playOut();
        } finally {
            watch.shutdownNow();
        }
    }

    /** Ends a round that takes too long, so that it fails with what it was waiting for. */
    private void giveUp(Thread thread) {
        StringBuilder report = new StringBuilder("The round was not over after " + LIMIT + ". Its thread was at:\n");
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (!frame.getClassName().startsWith("org.apache.camel.")) {
                report.append("  ").append(frame).append('\n');
            }
        }
        try {
            for (JobfeedProcess process : processes) {
                if (process.isAlive()) {
                    // the JVM writes the stacks of its threads to its output, which the report of the round repeats
                    process.signal("QUIT");
                }
            }
            report.append("Runs that are not closed: ").append(books.openRuns());
        } catch (Exception e) {
            report.append("It cannot be said where its processes and its runs are: ")
                    .append(e);
        }
        overdue = report.toString();
        thread.interrupt();
    }

    private void playOut() throws Exception {
        try {
            int planned = 5 + random.nextInt(4);
            int real = 2 + random.nextInt(3);
            int step = clocksAreSet ? 1 + random.nextInt(planned - 1) : -1;
            for (int i = 0; i < planned; i++) {
                storm.attempt();
                if (i == step) {
                    // a single time, because no client can find out about a step that is taken back before it looks
                    // and forward only: edits behind a step back are older than those that are stored, and never take
                    // their place
                    serverOffset = seconds(90, 600, 7200, 100_000);
                    storm.step(serverOffset);
                }
                if (random.nextBoolean()) {
                    operate();
                }
                if (i == 0 || random.nextInt(planned - i) < real) {
                    real--;
                    process();
                } else {
                    inProcess();
                }
                check();
                storm.gust();
                if (overdue != null) {
                    throw new IllegalStateException("The round is overdue.");
                }
            }
            if (clocksAreSet) {
                sandbox.shiftClock(serverOffset);
            }
            storm.calm();
            for (FeedDefinition source : sources()) {
                settle(source);
            }
            check();
            assertBills();
            assertKeyIsNotTold();
            assertThat(sandbox.log().entries("/redirected")).isEmpty();
        } catch (AssertionError | Exception e) {
            throw new AssertionError(
                    "Round " + number + " failed; -Djobfeed.chaos.seed=" + seed + " -Djobfeed.chaos.first=" + number
                            + " -Djobfeed.chaos.rounds=1 draws it again. "
                            + (overdue == null ? e.getMessage() : overdue) + "\nDirectory: " + directory + "\n"
                            + diary.told(sandbox, MOST_LINES) + "\n" + told(),
                    e);
        }
    }

    private List<FeedDefinition> sources() {
        return hasCareerSites
                ? List.of(FeedDefinition.JOBS, FeedDefinition.CAREER_SITES)
                : List.of(FeedDefinition.JOBS);
    }

    private void check() throws SQLException {
        books.check(Instant.now().plus(serverOffset));
        sources().forEach(this::assertEndIsSeen);
    }

    /** A run that has just succeeded was not told that there is more. */
    private void assertEndIsSeen(FeedDefinition source) {
        if ("succeeded".equals(books.lastStatus(source.stream()))) {
            for (String path : List.of(source.path(), "/api/jobs/expired")) {
                List<LoggedRequest> answered = sandbox.log().entries(path).stream()
                        .filter(request -> request.status() == 200)
                        .toList();
                if (!answered.isEmpty() && (source == FeedDefinition.JOBS || path.equals(source.path()))) {
                    assertThat(answered.get(answered.size() - 1).fault())
                            .as("what was wrong with the last answer of %s before a run succeeded", path)
                            .isNotIn("no_cursor", "repeated_cursor", "cursor_cycle", "repeated_pages", "empty_page");
                }
            }
        }
    }

    /** Does for each stream whose run cannot be continued what the run's error says. */
    private void operate() throws Exception {
        for (FeedDefinition source : sources()) {
            String remedy = books.remedy(source.stream());
            if (remedy != null) {
                InProcess done = InProcess.run(properties, remedy.split(" "));
                diary.add("the operator: " + remedy + ": " + done);
                // 3 while a killed process holds the lease
                assertThat(done.exitCode()).as("exit code of %s", remedy).isIn(0, 3);
            }
        }
    }

    private void assertBills() throws SQLException {
        for (FeedDefinition source : sources()) {
            boolean isJobs = source == FeedDefinition.JOBS;
            int kills = blows.getOrDefault(source.stream(), 0);
            PurchasedPages bill = PurchasedPages.of(sandbox, url, source);
            bill.assertIsJustified(kills, clocksAreSet);
            if (!clocksAreSet) {
                bill.assertNothingIsBoughtAgain(kills);
            }
            bill.assertCosts(
                    creditsPerJob == null ? BigDecimal.ZERO : isJobs ? creditsPerJob : BigDecimal.valueOf(50),
                    isJobs ? batchSize : siteBatchSize,
                    kills);
        }
    }

    private void assertKeyIsNotTold() throws IOException {
        for (JobfeedProcess process : processes) {
            assertThat((process.out() + process.err()).lines().filter(line -> line.contains(Sandbox.TEST_KEY)))
                    .as("lines of output with the API key")
                    .isEmpty();
        }
    }

    private String told() throws IOException {
        StringBuilder told = new StringBuilder();
        for (JobfeedProcess process : processes) {
            told.append("Process ").append(process.pid()).append(" said at last:\n");
            last(process.err(), 60)
                    .forEach(line -> told.append("  ").append(line).append('\n'));
            last(process.out(), process.isAlive() ? 500 : 60)
                    .forEach(line -> told.append("  ").append(line).append('\n'));
        }
        return told.toString();
    }

    private static List<String> last(String text, int most) {
        List<String> lines = text.lines().toList();
        return lines.subList(Math.max(0, lines.size() - most), lines.size());
    }

    private void process() throws Exception {
        Blow blow =
                one(Blow.NONE, Blow.TERMINATE, Blow.TERMINATE, Blow.KILL, Blow.KILL, Blow.KILL, Blow.KILL, Blow.KILL);
        String command = random.nextInt(8) == 0 ? "resync" : "sync";
        String streams = !hasCareerSites
                ? "jobs"
                : command.equals("sync") ? one("jobs", "jobs", "career-sites", "all") : one("jobs", "career-sites");
        List<FeedDefinition> worked = sources().stream()
                .filter(source -> streams.equals("all") || streams.equals(source.property()))
                .toList();
        struckAt = null;
        JobfeedProcess process = JobfeedProcess.in(directory, processProperties, command, streams);
        processes.add(process);
        diary.add("attempt " + ++attempts + ": " + command + " " + streams + " in process " + process.pid() + ", blow "
                + blow);
        if (blow != Blow.NONE) {
            boolean early = random.nextInt(attempts == 1 ? 3 : 6) == 0;
            storm.expect(
                    early ? 0 : 1 + random.nextInt(attempts == 1 ? 8 : 3),
                    early ? Duration.ofMillis(200 + random.nextInt(2500)) : moment(),
                    () -> strike(process, blow));
        }
        int code = process.exitCode();
        storm.expectNothing();
        diary.add("attempt " + attempts + " ended with exit code " + code);
        books.check(Instant.now().plus(serverOffset));
        if (struckAt == null) {
            assertThat(code).as("exit code").isIn(0, 1, 3);
            List<String> left = worked.stream()
                    .map(source -> String.valueOf(books.lastStatus(source.stream())))
                    .toList();
            assertThat(code == 0)
                    .as("exit code 0 of an attempt whose runs are left as %s", left)
                    .isEqualTo(left.stream().allMatch("succeeded"::equals) && code != 3);
        } else {
            worked.forEach(source -> blows.merge(source.stream(), 1, Integer::sum));
            assertThat(Duration.between(struckAt, Instant.now())).isLessThan(Duration.ofSeconds(30));
            assertThat(code).as("exit code").isIn(0, 1, 3, 128 + 9, 128 + 15);
        }
    }

    /** From a millisecond to a third of a second, all magnitudes alike: a page takes longer in a young process. */
    private Duration moment() {
        return Duration.ofNanos((long) (1_000_000 * Math.pow(300, random.nextDouble())));
    }

    private void strike(JobfeedProcess process, Blow blow) {
        ProcessHandle.of(process.pid()).filter(ProcessHandle::isAlive).ifPresent(struck -> {
            diary.add("blow " + blow);
            struckAt = Instant.now();
            if (blow == Blow.KILL) {
                kills++;
                struck.destroyForcibly();
            } else {
                terminations++;
                struck.destroy();
            }
        });
    }

    private void inProcess() {
        int pages = random.nextBoolean() ? 1 + random.nextInt(6) : 0;
        FeedDefinition source = hasCareerSites
                ? one(FeedDefinition.JOBS, FeedDefinition.JOBS, FeedDefinition.CAREER_SITES)
                : FeedDefinition.JOBS;
        Duration offset = clocksAreSet ? seconds(0, 0, 90, -90, 7200, -7200) : Duration.ZERO;
        diary.add("attempt " + ++attempts + ": " + source.stream() + " in process, at most " + pages
                + " pages, its clock off by " + offset);
        try (SyncFixture fixture = fixture().clock(Clock.offset(Clock.systemUTC(), offset))) {
            Run run = onceFree(fixture, source, pages);
            diary.add("attempt " + attempts + " ended: " + run);
            assertThat(run.status())
                    .as("the run of an attempt without a failure")
                    .isIn("succeeded", pages == 0 ? "" : "open");
        } catch (Exception e) {
            diary.add("attempt " + attempts + " failed: " + ProblemTranslator.describe(e));
            assertThat(ProblemTranslator.of(e, 0).condition())
                    .as("why the attempt failed: %s", ProblemTranslator.describe(e))
                    .isNotIn(ChaosInvariants.UNEXPECTED);
        }
    }

    private Duration seconds(Integer... of) {
        return Duration.ofSeconds(one(of));
    }

    private SyncFixture fixture() {
        SyncFixture fixture = SyncFixture.over(sandbox, url);
        properties.forEach(fixture::with);
        return fixture;
    }

    /** One attempt, as soon as the lease of a killed process has run out. */
    private static Run onceFree(SyncFixture fixture, FeedDefinition source, int pages) {
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
                        if (isBusy(e)) {
                            return false;
                        }
                        throw e;
                    }
                });
        return run[0];
    }

    private static boolean isBusy(Throwable failure) {
        return failure != null && (failure instanceof StreamLockedException || isBusy(failure.getCause()));
    }

    /** The open run, if there is one, and a whole incremental run behind it. */
    private void settle(FeedDefinition source) throws Exception {
        Instant rest = Instant.now().plus(serverOffset);
        diary.add("the storm is over for " + source.stream());
        await().atMost(Duration.ofSeconds(30)).pollInSameThread().until(() -> {
            operate();
            check();
            return books.remedy(source.stream()) == null;
        });
        try (SyncFixture fixture = fixture()) {
            // what an attempt of the storm has left open began before
            boolean isWhole = !"open".equals(books.lastStatus(source.stream()));
            Run run = settled(fixture, source);
            for (int i = 0; i < 2 && (!isWhole || run.mode() != RunMode.INCREMENTAL); i++) {
                run = settled(fixture, source);
                isWhole = true;
            }
            assertThat(run.mode()).isEqualTo(RunMode.INCREMENTAL);
            if (!clocksAreSet) {
                assertThat(run.runStartedAt().toInstant()).isAfterOrEqualTo(rest);
            }
            if (source == FeedDefinition.CAREER_SITES) {
                assertCareerSites(fixture);
                return;
            }
            if (isByPostingTime) {
                // what was posted before is delivered by a resync only
                Set<UUID> returnees = storm.returnees();
                assertThat(fixture.database.queryForList("select id from active_job", UUID.class))
                        .as("active jobs, before the resync")
                        .containsAll(sandbox.data()
                                .activeIds()
                                .filter(id -> !returnees.contains(id) && !clocksAreSet)
                                .toList());
                fixture.attempts().requestResync(null, "jobs");
                assertThat(settled(fixture, source).mode()).isEqualTo(RunMode.RESYNC);
            }
            fixture.assertStoreEqualsSandboxExcept(
                    clocksAreSet
                            ? Set.copyOf(fixture.database.queryForList("select job_id from pending_expiry", UUID.class))
                            : Set.of());
        }
    }

    private Run settled(SyncFixture fixture, FeedDefinition source) {
        Run run = onceFree(fixture, source, 0);
        diary.add("after the storm: " + run);
        assertThat(run.status()).isEqualTo("succeeded");
        return run;
    }

    /** Each career site is stored as the API shows it. */
    private void assertCareerSites(SyncFixture fixture) {
        List<String> truth = new ArrayList<>();
        sandbox.data().forEachCareerSite(json -> {
            JsonNode site = SyncFixture.parse(json);
            truth.add(site.path("id").asText() + "|" + site.path("name").asText() + "|"
                    + site.path("summary").asText(""));
        });
        assertThat(fixture.database.queryForList(
                        "select cast(id as varchar) || '|' || name || '|' || coalesce(summary, '') from career_site"
                                + " where cast(id as varchar) not like '" + SyncFixture.FAULT_ID + "%'",
                        String.class))
                .containsExactlyInAnyOrderElementsOf(truth);
    }

    @Override
    public void close() throws InterruptedException {
        for (JobfeedProcess process : processes) {
            process.close();
        }
        storm.close();
        sandbox.close();
    }
}
