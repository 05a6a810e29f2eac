package dev.jobfeed.cli;

import dev.jobfeed.cli.DoctorCommand.Finding;
import dev.jobfeed.cli.DoctorCommand.Verdict;
import dev.jobfeed.run.Failures;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;

/** Looks at the route files: whether each parses, and whether an edited one still has the steps the bundle needs. */
final class RouteCheck {

    /** Without one of these steps a run would lose, or pay for, what it must not. */
    private static final Set<String> NEEDED = Set.of(
            "jobs-sync-begin",
            "jobs-sync-open",
            "jobs-sync-sweep",
            "jobs-sync-feed",
            "jobs-sync-reconcile",
            "jobs-sync-commit",
            "jobs-sync-save",
            "jobs-reconcile-guard",
            "jobs-reconcile-step",
            "jobs-feed-request",
            "jobs-feed-call",
            "jobs-feed-check",
            "jobs-feed-restart",
            "jobs-feed-store",
            "jobs-feed-committed",
            "jobs-page-transaction",
            "jobs-page-changes",
            "jobs-page-upsert",
            "jobs-page-checkpoint",
            "jobs-expired-begin",
            "jobs-expired-call",
            "jobs-expired-restart",
            "jobs-expired-store",
            "jobs-expired-committed",
            "jobs-expired-complete",
            "jobs-expired-page-transaction",
            "jobs-expired-page-close",
            "jobs-expired-page-checkpoint",
            "jobo-exchange-permit",
            "jobo-exchange-key-on",
            "jobo-exchange-key-off",
            "jobo-exchange-read",
            "jobfeed-alerts-told",
            "jobby-exchange-permit",
            "jobby-exchange-idempotency",
            "jobby-exchange-token-on",
            "jobby-exchange-token-off",
            "jobby-exchange-read",
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

    private static final Pattern ID = Pattern.compile("(?m)^[\\s-]*id: *([\\w-]+) *$");

    private RouteCheck() {}

    static List<Finding> check(Configuration configuration) throws IOException {
        List<Finding> findings = new ArrayList<>();
        for (Map.Entry<String, String> file :
                Runtime.routes(configuration.routes()).entrySet()) {
            findings.add(check(file.getKey(), file.getValue()));
        }
        return findings;
    }

    private static Finding check(String name, String location) {
        try (DefaultCamelContext scratch = new DefaultCamelContext()) {
            scratch.build();
            Resource resource = PluginHelper.getResourceLoader(scratch).resolveResource(location);
            String text;
            try (InputStream in = resource.getInputStream()) {
                text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
            PluginHelper.getRoutesLoader(scratch).findRoutesBuilders(resource);
            Set<String> lost = new TreeSet<>(ids(shipped(name)));
            lost.retainAll(NEEDED);
            lost.removeAll(ids(text));
            if (!lost.isEmpty()) {
                return new Finding(
                        name, Verdict.failure, location + " lost what the bundle needs: " + String.join(", ", lost));
            }
            boolean own = shipped(name).isEmpty();
            boolean edited = !own && !text.equals(shipped(name));
            String where = location.startsWith("file:")
                    ? Path.of(location.substring(5)).toString()
                    : "from the jar";
            return new Finding(name, Verdict.ok, where + (own ? ", your own" : edited ? ", edited" : ", as shipped"));
        } catch (Exception e) {
            return new Finding(name, Verdict.failure, location + " does not parse: " + Failures.describe(e));
        }
    }

    private static Set<String> ids(String text) {
        Set<String> ids = new TreeSet<>();
        ID.matcher(text).results().map((MatchResult found) -> found.group(1)).forEach(ids::add);
        return ids;
    }

    /** The file as the jar has it; empty when it is none of the bundle's. */
    private static String shipped(String name) throws IOException {
        try (InputStream in = RouteCheck.class.getResourceAsStream("/routes/" + name)) {
            return in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
