package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.run.Failures;
import dev.jobfeed.run.Run;
import dev.jobfeed.run.RunMode;
import dev.jobfeed.run.StreamBusyException;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** A backfill and incremental runs through a storm, and what must be true after it. */
final class ChaosRound implements AutoCloseable {

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
    private final ChaosDiary diary = new ChaosDiary();
    private final ChaosBooks books;
    private final Sandbox sandbox;
    private final ChaosStorm storm;
    private int attempts;
    private volatile int kills;
    private volatile int terminations;
    private volatile Instant struckAt;

    ChaosRound(int number, long seed, Path directory) throws Exception {
        this.number = number;
        this.seed = seed;
        // mixed, because the seeds of neighbours draw alike
        this.random = new Random(new SplittableRandom(seed * 31 + number).nextLong());
        this.directory = directory;
        url = number % 2 == 0
                ? PostgresServer.newDatabase()
                : "jdbc:h2:file:" + directory.resolve("jobs") + ";WRITE_DELAY=0;MAX_COMPACT_TIME=0";
        books = new ChaosBooks(url);
        int batchSize = one(20, 40, 80, 160);
        sandbox = Sandbox.start(SandboxOptions.builder()
                .port(0)
                .seed(random.nextInt())
                .jobs(batchSize * (6 + random.nextInt(15)))
                .descriptionBytes(one(300, 2000, 6000))
                .unknownExpired(one(0, 200, 100_000))
                .latency(Duration.ofMillis(one(0, 2, 10)))
                .build());
        properties.put("jobo.base-url", sandbox.baseUrl());
        properties.put("jobo.api-key", Sandbox.TEST_KEY);
        properties.put("jobo.jobs.batch-size", Integer.toString(batchSize));
        properties.put("jobo.jobs.watermark-parameter", "updated_after");
        properties.put("jobo.expired.batch-size", one("5", "50", "10000"));
        // one clock for both sides: nothing may depend on an overlap that the next one does not have
        properties.put("jobo.overlap", one("0s", "2s", "15m"));
        properties.put("jobo.retry.time-scale", "0.003");
        properties.put("jobfeed.lease", "1s");
        properties.put("jobfeed.datasource.url", url.replaceFirst(";.*", ""));
        processProperties.putAll(properties);
        processProperties.put("jobfeed.log.level", one("WARN", "WARN", "WARN", "DEBUG", "TRACE"));
        List<FaultRule> script = ChaosScript.draw(random);
        diary.add(sandbox.world().activeCount() + " jobs, " + properties + ", faults " + script);
        storm = new ChaosStorm(sandbox, script, new Random(random.nextLong()), diary);
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

    ChaosBooks books() {
        return books;
    }

    Sandbox sandbox() {
        return sandbox;
    }

    /** The storm, the calm after it, and what must be true then. */
    void play() throws Exception {
        try {
            int planned = 5 + random.nextInt(4);
            int real = 2 + random.nextInt(3);
            for (int i = 0; i < planned; i++) {
                if (i == 0 || random.nextInt(planned - i) < real) {
                    real--;
                    process();
                } else {
                    inProcess();
                }
                books.check();
                storm.gust();
            }
            storm.calm();
            settle();
            books.check();
            PageBill.of(sandbox, url).assertIsJustified(kills + terminations);
            assertKeyIsNotTold();
            assertThat(sandbox.log().entries("/redirected")).isEmpty();
        } catch (AssertionError | Exception e) {
            throw new AssertionError(
                    "Round " + number + " failed; -Djobfeed.chaos.seed=" + seed + " -Djobfeed.chaos.first=" + number
                            + " -Djobfeed.chaos.rounds=1 draws it again. " + e.getMessage() + "\n"
                            + diary.told(sandbox) + "\n" + told(),
                    e);
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
            List<String> lines = (process.err() + process.out()).lines().toList();
            told.append("Process ").append(process.pid()).append(" said at last:\n");
            lines.subList(Math.max(0, lines.size() - 60), lines.size())
                    .forEach(line -> told.append("  ").append(line).append('\n'));
        }
        return told.toString();
    }

    private void process() throws Exception {
        Blow blow =
                one(Blow.NONE, Blow.TERMINATE, Blow.TERMINATE, Blow.KILL, Blow.KILL, Blow.KILL, Blow.KILL, Blow.KILL);
        String command = random.nextInt(8) == 0 ? "resync" : "sync";
        struckAt = null;
        JobfeedProcess process = JobfeedProcess.in(directory, processProperties, command, "jobs");
        processes.add(process);
        diary.add("attempt " + ++attempts + ": " + command + " in process " + process.pid() + ", blow " + blow);
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
        books.check();
        if (struckAt == null) {
            assertThat(code).as("exit code").isIn(0, 1, 3);
            assertThat(code == 0)
                    .as("exit code 0 of an attempt whose run is left as %s", books.lastStatus())
                    .isEqualTo("succeeded".equals(books.lastStatus()) && code != 3);
        } else {
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
        diary.add("attempt " + ++attempts + ": in process, at most " + pages + " pages");
        try (SyncWorld world = world()) {
            Run run = onceFree(world, pages);
            diary.add("attempt " + attempts + " ended: " + run);
            assertThat(run.status())
                    .as("the run of an attempt without a failure")
                    .isIn("succeeded", pages == 0 ? "" : "open");
        } catch (Exception e) {
            diary.add("attempt " + attempts + " failed: " + Failures.describe(e));
            assertThat(Failures.of(e, 0).condition())
                    .as("why the attempt failed: %s", Failures.describe(e))
                    .isNotIn(ChaosBooks.UNEXPECTED);
        }
    }

    private SyncWorld world() {
        SyncWorld world = SyncWorld.over(sandbox, url);
        properties.forEach(world::with);
        return world;
    }

    /** One attempt, as soon as the lease of a killed process has run out. */
    private static Run onceFree(SyncWorld world, int pages) {
        Run[] run = new Run[1];
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .pollInSameThread()
                .until(() -> {
                    try {
                        run[0] = pages == 0 ? world.sync() : world.syncPages(pages);
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
        return failure != null && (failure instanceof StreamBusyException || isBusy(failure.getCause()));
    }

    /** The open run, if there is one, and a whole incremental run behind it. */
    private void settle() {
        Instant rest = Instant.now();
        diary.add("the storm is over");
        try (SyncWorld world = world()) {
            Run run = onceFree(world, 0);
            diary.add("after the storm: " + run);
            if (run.runStartedAt().toInstant().isBefore(rest) || run.mode() != RunMode.INCREMENTAL) {
                run = onceFree(world, 0);
                diary.add("after the storm: " + run);
            }
            assertThat(run.mode()).isEqualTo(RunMode.INCREMENTAL);
            assertThat(run.status()).isEqualTo("succeeded");
            assertThat(run.runStartedAt().toInstant()).isAfterOrEqualTo(rest);
            world.assertStoreIsTheWorld();
        }
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
