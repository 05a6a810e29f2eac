package dev.jobfeed.cli.rehearse;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import dev.jobfeed.cli.rehearse.Result.Verdict;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.persistence.SqlStatement;
import dev.jobfeed.problem.ProblemTranslator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

/** Runs routes against a sandbox through every promise. */
public final class Rehearsal implements AutoCloseable {

    /** Longer than a scenario takes on a slow machine; a broken promise may have no end. */
    private static final int LIMIT_SECONDS = 60;

    /** The scenario of processes, which runs beside the others. */
    private static final String CRASH = "crash";

    /** Failures are part of a rehearsal; their log lines would hide its result. */
    private static final class Silence extends TurboFilter {

        @Override
        public FilterReply decide(
                Marker marker,
                ch.qos.logback.classic.Logger logger,
                Level level,
                String format,
                Object[] parameters,
                Throwable failure) {
            return FilterReply.DENY;
        }
    }

    private final RehearsedRoutes routes;
    private final Path directory;
    private final Stages crashStages;
    private final TurboFilter silence = new Silence();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "jobfeed-rehearsal");
        thread.setDaemon(true);
        return thread;
    });
    private Stages current;
    private boolean closed;

    /**
     * Prepares a rehearsal in a temporary directory, which is removed at its end.
     *
     * @throws IOException if the directory cannot be created
     */
    public Rehearsal(RehearsedRoutes routes) throws IOException {
        this.routes = routes;
        directory = Files.createTempDirectory("jobfeed-rehearsal");
        crashStages = new Stages(routes, directory);
        logging().addTurboFilter(silence);
        SqlStatement.replaceFrom(routes.statements());
    }

    /** Returns the names of the promises. */
    public static List<String> names() {
        return Promises.ALL.stream().map(Promise::name).toList();
    }

    /**
     * Rehearses promises.
     *
     * @param names names of promises; empty for all
     * @param each receives each result as soon as it is known
     * @throws ConfigurationException if the routes do not start
     */
    public List<Result> run(Set<String> names, Consumer<Result> each) throws Exception {
        List<Promise> promises = Promises.ALL.stream()
                .filter(promise -> names.isEmpty() || names.contains(promise.name()))
                .toList();
        Future<Result> crash = promises.stream()
                .filter(promise -> promise.name().equals(CRASH))
                .findFirst()
                .map(promise -> threads.submit(() -> result(promise, crashStages)))
                .orElse(null);
        List<Result> results = new ArrayList<>();
        for (Promise promise : promises) {
            Result result = promise.name().equals(CRASH) ? get(crash) : alone(promise);
            results.add(result);
            each.accept(result);
        }
        List<Path> unused = routes.unusedStatements();
        if (!unused.isEmpty()) {
            Result result = notChecked(
                    "statements",
                    "Statements of PostgreSQL are as safe as those of H2.",
                    "The rehearsal uses H2 only: " + unused,
                    0);
            results.add(result);
            each.accept(result);
        }
        return results;
    }

    private Result alone(Promise promise) throws Exception {
        long start = System.nanoTime();
        try (Stages stages = begin()) {
            Future<Result> result = threads.submit(() -> result(promise, stages));
            try {
                return result.get(LIMIT_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                return broken(
                        promise,
                        "the scenario ends",
                        "it did not end within " + LIMIT_SECONDS + " s",
                        System.nanoTime() - start);
            } catch (ExecutionException e) {
                throw unwrapped(e);
            }
        }
    }

    private synchronized Stages begin() {
        if (closed) {
            throw new ConfigurationException("The rehearsal was ended.");
        }
        current = new Stages(routes, directory);
        return current;
    }

    private static Result get(Future<Result> result) throws Exception {
        try {
            return result.get();
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    private static Exception unwrapped(ExecutionException failure) {
        return failure.getCause() instanceof Exception cause ? cause : failure;
    }

    private Result result(Promise promise, Stages stages) {
        long start = System.nanoTime();
        try {
            promise.scenario().play(stages);
            return new Result(
                    promise.name(),
                    promise.text(),
                    Verdict.KEPT,
                    null,
                    null,
                    List.of(),
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        } catch (BrokenPromiseException e) {
            return broken(promise, e.expected(), e.getMessage(), System.nanoTime() - start);
        } catch (NotCheckedException e) {
            return notChecked(promise.name(), promise.text(), e.getMessage(), System.nanoTime() - start);
        } catch (ConfigurationException e) {
            throw e;
        } catch (Exception e) {
            return broken(
                    promise,
                    "the scenario ends",
                    "it failed: " + ProblemTranslator.describe(e),
                    System.nanoTime() - start);
        }
    }

    private Result broken(Promise promise, String expected, String happened, long nanos) {
        return new Result(
                promise.name(),
                promise.text(),
                Verdict.BROKEN,
                expected,
                happened,
                routes.suspects(promise),
                TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    private static Result notChecked(String name, String promise, String reason, long nanos) {
        return new Result(
                name, promise, Verdict.NOT_CHECKED, null, reason, List.of(), TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    private static LoggerContext logging() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    /** Ends what is in progress, and removes the temporary directory. */
    @Override
    public synchronized void close() throws Exception {
        if (closed) {
            return;
        }
        closed = true;
        threads.shutdownNow();
        crashStages.close();
        if (current != null) {
            current.close();
        }
        SqlStatement.replaceFrom(null);
        logging().getTurboFilterList().remove(silence);
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(Rehearsal::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
