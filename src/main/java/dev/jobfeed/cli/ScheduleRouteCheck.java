package dev.jobfeed.cli;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.schedule.ScheduledStream;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks that the route files have a route, plain or templated, for each schedule that is configured for a tenant. */
final class ScheduleRouteCheck {

    private static final Pattern ENTRY = Pattern.compile("(?m)^- (?=templatedRoute:)");
    private static final Pattern TEMPLATE = Pattern.compile("routeTemplateRef: *\"?([\\w-]+)");
    private static final Pattern PARAMETER = Pattern.compile("name: *\"?(\\w+)\"?\\s+value: *\"?([\\w-]+)");

    /** The trigger of a plain route: stream, kind and tenant. */
    private static final Pattern TRIGGER = Pattern.compile("triggerName: *\"?(\\w+)-(sync|resync)@([\\w-]*)\"?\\s");

    private ScheduleRouteCheck() {}

    /**
     * Lists the tenant's schedules.
     *
     * @throws ConfigurationException if one is missing
     */
    static String check(Collection<RouteFile> files, String tenant, JobfeedProperties settings) throws IOException {
        Set<String> missing = required(settings);
        Set<String> found = new TreeSet<>();
        for (RouteFile file : files) {
            found.addAll(triggers(file.text(), tenant));
        }
        missing.removeAll(found);
        if (!missing.isEmpty()) {
            throw new ConfigurationException(
                    "no route file has a route of this tenant for " + String.join(", ", missing)
                            + ", so that only a Kamelet, a host or a command does it; docs/tenants.md has the file");
        }
        return found.isEmpty() ? "none, and none is configured" : String.join(", ", found);
    }

    private static Set<String> required(JobfeedProperties settings) {
        Set<String> required = new TreeSet<>();
        for (ScheduledStream stream : new ScheduledStream[] {ScheduledStream.JOBS, ScheduledStream.CAREER_SITES}) {
            if (stream.schedule(settings).isPresent()) {
                required.add("jobfeed-schedule " + stream.stream());
                required.add("jobfeed-catch-up " + stream.stream());
            }
        }
        if (settings.flag("jobfeed.jobs.enabled")
                && settings.text("jobfeed.jobs.resync-schedule").isPresent()) {
            required.add("jobfeed-resync-schedule jobs");
        }
        if (settings.flag("jobfeed.companies.enabled")) {
            required.add("jobfeed-companies");
        }
        if (settings.text("jobfeed.changes.to").isPresent()) {
            required.add("jobfeed-changes");
        }
        return required;
    }

    private static Set<String> triggers(String text, String tenant) {
        Set<String> triggers = new HashSet<>();
        TRIGGER.matcher(text)
                .results()
                .filter(trigger -> trigger.group(3).equals(tenant))
                .forEach(trigger -> triggers.add(
                        (trigger.group(2).equals("sync") ? "jobfeed-schedule " : "jobfeed-resync-schedule ")
                                + trigger.group(1)));
        for (String entry : ENTRY.split(text)) {
            Matcher template = TEMPLATE.matcher(entry);
            Map<String, String> parameters = new HashMap<>();
            PARAMETER.matcher(entry).results().forEach((MatchResult one) -> parameters.put(one.group(1), one.group(2)));
            if (entry.startsWith("templatedRoute:")
                    && template.find()
                    && parameters.getOrDefault("tenant", "").equals(tenant)) {
                String stream = template.group(1).equals("jobfeed-resync-schedule") ? "jobs" : "";
                stream = parameters.getOrDefault("stream", stream);
                triggers.add((template.group(1) + " " + stream).strip());
            }
        }
        return triggers;
    }
}
