package dev.jobfeed.cli.rehearse;

import static dev.jobfeed.cli.rehearse.BrokenPromiseException.check;
import static dev.jobfeed.cli.rehearse.BrokenPromiseException.checkEqual;

import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Processes that are killed while they store a page: behind its commit, before the last step of its transaction, and in the
 * middle of it. Each resumes what the previous one left. Before each step of a page, what is committed is what a kill at that
 * step would leave.
 */
final class CrashScenario {

    private static final int PAGES = 4;

    private static final int MINUTE = 60;

    /** Two pages may be in flight when a process is killed: one that is requested, and one that is stored. */
    private static final int IN_FLIGHT = 2;

    private final Stages stages;
    private final Sandbox sandbox;
    private final String url;
    private final Set<String> committed = new HashSet<>();
    private CommittedState stored = CommittedState.NOTHING;
    private int processes;

    private CrashScenario(Stages stages, Sandbox sandbox) {
        this.stages = stages;
        this.sandbox = sandbox;
        url = "jdbc:h2:file:" + stages.directory().resolve("crash")
                + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;MAX_COMPACT_TIME=0;TRACE_LEVEL_FILE=0";
    }

    /**
     * How a process ended.
     *
     * @param steps the steps of a page that it has reached
     * @param last the step before which it was killed, or its result
     */
    private record Ended(int exitCode, List<String> steps, String last) {}

    static void play(Stages stages) throws Exception {
        Sandbox sandbox = stages.closes(
                Sandbox.start(Stages.jobs(PAGES * Stages.PAGE).port(0).build()));
        sandbox.faults(FaultRule.of(Fault.ROW_BAD_TITLE).on(Endpoint.JOBS_FEED));
        new CrashScenario(stages, sandbox).play();
    }

    private void play() throws Exception {
        List<String> steps = kill(CrashingAttempt.COMMITTED);
        check(
                steps.size() > 2,
                "an attempt stores a page, step by step",
                "the first process has reached the steps " + steps);
        kill(steps.get(steps.size() - 2));
        kill(steps.get(steps.size() / 2));
        Ended end = attempt("none");
        check(end.exitCode() == 0, "the attempt after the last kill succeeds", "it failed: " + end.last());
        checkContinued("none");
        CommittedState left = read();
        check(left.isWhole(), "the store has whole pages at the end", left.text());
        checkEqual("pages stored at the end", (long) PAGES, left.pages());
    }

    /** Makes an attempt in a process that is killed before a step; returns the steps that it has reached. */
    private List<String> kill(String step) throws Exception {
        Ended ended = attempt(step);
        if (ended.exitCode() == CrashingAttempt.NOT_CHECKED) {
            throw new NotCheckedException(ended.last());
        }
        check(
                ended.exitCode() == CrashingAttempt.KILLED,
                "an attempt reaches the step " + step + ", before which it is killed",
                ended.last());
        CommittedState left = read();
        checkWhole(step, left);
        checkContinued(step);
        if (left.pages() > stored.pages()) {
            committed.add(stored.cursor());
        }
        stored = left;
        return ended.steps();
    }

    private static void checkWhole(String step, CommittedState left) throws BrokenPromiseException {
        check(
                left.isWhole(),
                "a kill before the step " + step + " leaves whole pages: for each, " + Stages.PAGE
                        + " jobs with their events, one row in quarantine, and the checkpoint",
                left.text());
    }

    /** Checks that a process continued at the checkpoint, and bought no page that was committed. */
    private void checkContinued(String step) throws BrokenPromiseException {
        List<String> cursors = new ArrayList<>();
        for (LoggedRequest request : sandbox.log().entries("/api/jobs/feed")) {
            cursors.add(Stage.json(request.body()).path("cursor").asText(""));
        }
        sandbox.log().clear();
        check(
                !cursors.isEmpty()
                        && cursors.get(0).equals(stored.cursor())
                        && committed.stream().noneMatch(cursors::contains),
                "an attempt continues at the cursor of the checkpoint, and buys no committed page again",
                "the process with the kill before the step " + step + " requested other pages");
        check(
                step.equals("none") || cursors.size() <= IN_FLIGHT,
                "a kill costs at most the " + IN_FLIGHT + " pages in flight",
                cursors.size() + " pages were requested before the step " + step);
    }

    /** Makes an attempt in a process, and checks what was committed at each step of its first page. */
    private Ended attempt(String step) throws IOException, InterruptedException, BrokenPromiseException {
        Properties settings = new Properties();
        settings.putAll(Stages.settings(sandbox, url));
        settings.setProperty("jobfeed.changes.to", "seda:rehearsal");
        settings.setProperty("jobfeed.lease", "1s");
        Path output = stages.directory().resolve("output-" + ++processes);
        ProcessBuilder builder = new ProcessBuilder(command())
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.matches("(.*_)?(JOBO|JOBBY|JOBFEED)_.*"));
        Process process = builder.start();
        AutoCloseable kill = process::destroyForcibly;
        stages.closes(kill);
        try (OutputStream input = process.getOutputStream()) {
            CrashingAttempt.write(input, stages.routes(), settings, step);
        }
        if (!process.waitFor(MINUTE, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            return new Ended(1, List.of(), "the process did not end within a minute");
        }
        List<String> steps = new ArrayList<>();
        String last = "";
        for (String line : Files.readAllLines(output, StandardCharsets.UTF_8)) {
            List<String> words = List.of(line.split(" "));
            if (words.get(0).equals(CrashingAttempt.STEP)) {
                steps.add(words.get(1));
                checkWhole(words.get(1), CommittedState.parse(words.subList(2, words.size())));
            } else {
                last = line;
            }
        }
        return new Ended(process.exitValue(), steps, last);
    }

    private static List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Dfile.encoding=UTF-8",
                "-Dh2.bindAddress=127.0.0.1",
                "-Dh2.objectCache=false"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("-XX:SharedArchiveFile="))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CrashingAttempt.class.getName()));
        return command;
    }

    private CommittedState read() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            return CommittedState.read(connection);
        }
    }
}
