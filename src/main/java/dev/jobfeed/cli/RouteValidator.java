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

    /** Steps without which a run would lose data or incur needless cost. */
    private static final Set<String> NEEDED = Set.of(
            "sync-stream-begin",
            "sync-work-open",
            "sync-work-sweep",
            "sync-work-feed",
            "sync-work-reconcile",
            "sync-work-commit",
            "sync-work-save",
            "sync-reconcile-guard",
            "sync-reconcile-step",
            "feed-fetch-page-request",
            "feed-fetch-page-call",
            "feed-loop-check",
            "feed-loop-restart",
            "feed-loop-store",
            "feed-loop-committed",
            "feed-store-page-transaction",
            "feed-store-page-changes",
            "feed-store-page-upsert",
            "feed-store-page-checkpoint",
            "jobs-expired-begin",
            "jobs-expired-call",
            "jobs-expired-restart",
            "jobs-expired-store",
            "jobs-expired-committed",
            "jobs-expired-complete",
            "jobs-expired-page-transaction",
            "jobs-expired-page-close",
            "jobs-expired-page-checkpoint",
            "jobo-http-call-permit",
            "jobo-http-call-key-on",
            "jobo-http-call-key-off",
            "jobo-http-call-read",
            "alerts-notify-mark-notified",
            "jobby-http-call-permit",
            "jobby-http-call-idempotency",
            "jobby-http-call-token-on",
            "jobby-http-call-token-off",
            "jobby-http-call-read",
            "jobby-live-events-begin",
            "jobby-live-events-transaction",
            "jobby-live-events-complete",
            "jobby-live-events-commit",
            "jobby-live-events-release",
            "jobby-queue-join-intend",
            "jobby-queue-send-due",
            "jobby-queue-send-key",
            "jobby-queue-send-joined",
            "jobby-queue-send-refused",
            "jobby-queue-poll-claim",
            "jobby-queue-poll-end",
            "jobby-relay-sent",
            "jobby-webhooks-check",
            "jobby-webhooks-store",
            "jobby-webhooks-status");

    /** The endpoints of the calls. A visual editor that does not know a component drops the path of its URI. */
    private static final List<String> CALLS = List.of("{{jobo.call}}", "{{jobby.call}}");

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
                                        + ". Carry that over, then put the shipped file into .shipped"));
    }

    private static String changes(String before, String after) {
        String changes = RouteDiff.between(before, after);
        return changes.isEmpty() ? " (in form only)" : " (" + changes + ")";
    }

    /**
     * Checks a file.
     *
     * @throws ConfigurationException if it lacks a needed step, or uses an id of another file of the bundle
     */
    static void check(String name, String text) throws Exception {
        try (DefaultCamelContext dryRun = new DefaultCamelContext()) {
            dryRun.build();
            PluginHelper.getRoutesLoader(dryRun).findRoutesBuilders(ResourceHelper.fromString(name, text));
        }
        checkOwnIds(name, text);
        String shipped = new RouteFile(name, null).shipped().orElse("");
        Set<String> lost = new TreeSet<>(ids(shipped));
        lost.retainAll(NEEDED);
        lost.removeAll(ids(text));
        CALLS.stream()
                .filter(call -> shipped.contains(call) && !text.contains(call))
                .forEach(lost::add);
        if (!lost.isEmpty()) {
            throw new ConfigurationException("lost what the bundle needs: " + String.join(", ", lost));
        }
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
