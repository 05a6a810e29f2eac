package dev.jobfeed.cli;

import dev.jobfeed.cli.DoctorCommand.Finding;
import dev.jobfeed.cli.DoctorCommand.Verdict;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.route.ShippedRoutes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Checks the route files: whether each can be parsed, and whether an edited file still has the steps that the bundle
 * needs.
 */
final class RouteValidator {

    /** The steps that the promises of the bundle depend on, by promise. */
    static final Map<String, List<String>> NEEDED = Map.ofEntries(
            Map.entry(
                    "one attempt at a time works on a stream",
                    List.of(
                            "sync-stream-begin",
                            "sync-fence-renew",
                            "sync-fence-fail",
                            "feed-store-page-fence",
                            "jobs-expired-page-fence",
                            "sync-reconcile-batch-fence")),
            Map.entry(
                    "a run resumes at its checkpoint",
                    List.of(
                            "sync-attempt-open",
                            "sync-attempt-save",
                            "sync-attempt-commit",
                            "feed-fetch-page-request",
                            "feed-loop-committed",
                            "feed-store-page-checkpoint",
                            "jobs-expired-committed",
                            "jobs-expired-page-checkpoint")),
            Map.entry(
                    "an audit proves what it reports",
                    List.of(
                            "jobs-audit-run-begin",
                            "jobs-audit-run-evaluate",
                            "jobs-audit-run-release",
                            "jobs-audit-sample-draw",
                            "jobs-audit-job-call",
                            "jobs-audit-compare-read",
                            "jobs-audit-compare-decide",
                            "jobs-audit-fix-transaction",
                            "jobs-audit-fix-outbox",
                            "jobs-audit-fix-expiries",
                            "jobs-audit-fix-fence",
                            "jobs-audit-store-insert")),
            Map.entry(
                    "a page is committed as a whole",
                    List.of(
                            "feed-store-page-transaction",
                            "jobs-expired-page-transaction",
                            "sync-reconcile-batch-transaction",
                            "jobby-live-events-transaction")),
            Map.entry(
                    "each delivered row is stored or in quarantine",
                    List.of(
                            "sync-attempt-feed",
                            "feed-fetch-page-call",
                            "feed-loop-check",
                            "feed-loop-store",
                            "feed-store-page-changes",
                            "feed-store-page-upsert",
                            "feed-store-page-quarantine",
                            "jobs-write-insert",
                            "jobs-write-update",
                            "jobs-write-reactivate",
                            "jobs-write-again",
                            "career-sites-write-insert",
                            "career-sites-write-update",
                            "career-sites-write-again")),
            Map.entry("no page is bought again and again", List.of("feed-loop-restart", "feed-store-page-used")),
            Map.entry(
                    "an expired job does not stay open",
                    List.of(
                            "sync-attempt-sweep",
                            "sync-attempt-reconcile",
                            "sync-reconcile-guard",
                            "sync-reconcile-step",
                            "sync-reconcile-batch-expire",
                            "sync-reconcile-batch-hold",
                            "feed-store-page-delivered",
                            "jobs-expired-begin",
                            "jobs-expired-call",
                            "jobs-expired-restart",
                            "jobs-expired-store",
                            "jobs-expired-complete",
                            "jobs-expired-page-close",
                            "jobs-expired-page-hold")),
            Map.entry(
                    "each change is published",
                    List.of(
                            "feed-store-page-outbox",
                            "jobs-expired-page-outbox",
                            "sync-reconcile-batch-outbox",
                            "outbox-relay-sent")),
            Map.entry(
                    "requests stay within limits and budget",
                    List.of("jobo-http-call-permit", "jobby-http-call-permit")),
            Map.entry(
                    "keys reach the API and nothing else",
                    List.of(
                            "jobo-http-call-key-on",
                            "jobo-http-call-key-off",
                            "jobby-http-call-token-on",
                            "jobby-http-call-token-off")),
            Map.entry(
                    "a failed call does not look like an answer",
                    List.of("jobo-http-call-read", "jobby-http-call-read")),
            Map.entry(
                    "one of several nodes works on a schedule",
                    List.of("schedule-claim-advance", "trigger-sync-first", "trigger-resync-first")),
            Map.entry("an alert is notified once", List.of("alerts-notify-mark-notified")),
            Map.entry(
                    "live events are complete",
                    List.of(
                            "jobby-live-events-begin",
                            "jobby-live-events-complete",
                            "jobby-live-events-commit",
                            "jobby-live-events-release")),
            Map.entry(
                    "a queue is joined once",
                    List.of(
                            "jobby-http-call-idempotency",
                            "jobby-queue-join-intend",
                            "jobby-queue-send-due",
                            "jobby-queue-send-key",
                            "jobby-queue-send-joined",
                            "jobby-queue-send-refused",
                            "jobby-queue-poll-claim",
                            "jobby-queue-poll-end")),
            Map.entry(
                    "a webhook is checked, stored and answered",
                    List.of("jobby-webhooks-check", "jobby-webhooks-store", "jobby-webhooks-status")),
            Map.entry("the console checks access", List.of("console-api-check", "console-file-check")));

    /** The endpoints of the calls. A visual editor that does not know a component drops the path of its URI. */
    private static final List<String> CALLS = List.of("{{jobo.call}}", "{{jobby.call}}");

    private static final Pattern BATCH = Pattern.compile("(?m)^ *batch: *\"?true");

    /** Without it, Camel commits a batch that it does not know to be part of a transaction. */
    private static final Pattern IN_TRANSACTION = Pattern.compile("(?m)^ *batchAutoCommitDisabled: *\"?false");

    private static final Pattern ID = Pattern.compile("(?m)^[\\s-]*id: *([\\w-]+) *$");

    private RouteValidator() {}

    static List<Finding> check(RuntimeConfiguration configuration) throws IOException {
        List<Finding> findings = new ArrayList<>();
        List<RouteFile> files = RouteFile.of(configuration.routes());
        for (RouteFile file : files) {
            find(file).ifPresent(findings::add);
        }
        findings.add(
                0,
                new Finding(
                        "routes",
                        Verdict.ok,
                        configuration.routes().map(Path::toString).orElse("in the jar") + ", "
                                + (files.size() - findings.size()) + " files as shipped"));
        return findings;
    }

    /** Checks a file; empty if it is as shipped. */
    private static Optional<Finding> find(RouteFile file) {
        String where = file.path() == null ? "in the jar" : file.path().toString();
        try {
            if (file.shipped().equals(Optional.of(file.text()))) {
                return Optional.empty();
            }
            check(file.name(), file.text());
            return Optional.of(describe(file, where));
        } catch (ConfigurationException e) {
            return Optional.of(new Finding(file.name(), Verdict.failure, where + " " + e.getMessage()));
        } catch (Exception e) {
            return Optional.of(new Finding(
                    file.name(), Verdict.failure, where + " does not parse: " + ProblemTranslator.describe(e)));
        }
    }

    /** Describes a file's edits, and the changes of the shipped file since. */
    private static Finding describe(RouteFile file, String where) throws IOException {
        if (file.shipped().isEmpty()) {
            return new Finding(file.name(), Verdict.ok, where + ", your own");
        }
        String text = file.text();
        String shipped = file.shipped().get();
        String pristine = file.pristine().orElse(shipped);
        String edit = "edited" + (text.equals(pristine) ? "" : changes(pristine, text));
        if (pristine.equals(shipped)) {
            return new Finding(file.name(), Verdict.ok, where + ", " + edit);
        }
        return new Finding(
                file.name(),
                Verdict.warning,
                where + ", "
                        + (text.equals(pristine)
                                ? "as an earlier version shipped it; this one's differs" + changes(pristine, shipped)
                                        + ". Replace it"
                                : edit + "; and the shipped file has changed since" + changes(pristine, shipped)
                                        + ". Merge these changes, then copy the shipped file to .shipped"));
    }

    private static String changes(String before, String after) {
        String changes = RouteDiff.between(before, after);
        return changes.isEmpty() ? " (in form only)" : " (" + changes + ")";
    }

    /**
     * Checks a file.
     *
     * @throws ConfigurationException if it lacks a step that a promise depends on, or uses an id of another file of the bundle
     */
    static void check(String name, String text) throws Exception {
        try (DefaultCamelContext dryRun = new DefaultCamelContext()) {
            dryRun.build();
            PluginHelper.getRoutesLoader(dryRun).findRoutesBuilders(ResourceHelper.fromString(name, text));
        }
        checkOwnIds(name, text);
        String shipped = new RouteFile(name, null).shipped().orElse("");
        Set<String> removed = new TreeSet<>(ids(shipped));
        removed.removeAll(ids(text));
        Set<String> lost = new TreeSet<>();
        NEEDED.forEach((promise, steps) ->
                steps.stream().filter(removed::contains).forEach(step -> lost.add(step + " (" + promise + ")")));
        CALLS.stream()
                .filter(call -> shipped.contains(call) && !text.contains(call))
                .forEach(lost::add);
        if (!shipped.isEmpty() && count(BATCH, text) > count(IN_TRANSACTION, text)) {
            lost.add("batchAutoCommitDisabled: false (a page is committed as a whole)");
        }
        if (!lost.isEmpty()) {
            throw new ConfigurationException("lost what the bundle needs: " + String.join(", ", lost));
        }
    }

    private static long count(Pattern pattern, String text) {
        return pattern.matcher(text).results().count();
    }

    /** Checks the ids, because a route replaces another with the same id. */
    private static void checkOwnIds(String name, String text) {
        ShippedRoutes shipped = ShippedRoutes.read();
        for (Object item : (Iterable<?>) new Load(LoadSettings.builder().build()).loadFromString(text)) {
            for (Object definition : ((Map<?, ?>) item).values()) {
                Object id = definition instanceof Map<?, ?> members
                        ? members.containsKey("routeId") ? members.get("routeId") : members.get("id")
                        : null;
                String file = shipped.fileOf(String.valueOf(id));
                if (file != null && !file.equals(name)) {
                    throw new ConfigurationException(
                            "defines '" + id + "', as " + file + " of the bundle does; give yours another id");
                }
            }
        }
    }

    private static Set<String> ids(String text) {
        Set<String> ids = new TreeSet<>();
        ID.matcher(text).results().map((MatchResult found) -> found.group(1)).forEach(ids::add);
        return ids;
    }
}
