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

/** Looks whether the route files have a templated route for each thing that a tenant is configured to begin by itself. */
final class ScheduleRouteCheck {

    private static final Pattern ENTRY = Pattern.compile("(?m)^- (?=templatedRoute:)");
    private static final Pattern TEMPLATE = Pattern.compile("routeTemplateRef: *\"?([\\w-]+)");
    private static final Pattern PARAMETER = Pattern.compile("name: *\"?(\\w+)\"?\\s+value: *\"?([\\w-]+)");

    private ScheduleRouteCheck() {}

    /**
     * What there is, in words.
     *
     * @throws ConfigurationException when something is missing
     */
    static String check(Collection<RouteFile> files, String tenant, JobfeedProperties settings) throws IOException {
        Set<String> missing = wanted(settings);
        Set<String> found = new TreeSet<>();
        for (RouteFile file : files) {
            found.addAll(triggers(file.text(), tenant));
        }
        missing.removeAll(found);
        if (!missing.isEmpty()) {
            throw new ConfigurationException(
                    "no route file has a templated route of this tenant for " + String.join(", ", missing)
                            + ", so that only a Kamelet, a host or a command does it; docs/tenants.md has the file");
        }
        return found.isEmpty() ? "none, and none is configured" : String.join(", ", found);
    }

    private static Set<String> wanted(JobfeedProperties settings) {
        Set<String> wanted = new TreeSet<>();
        for (ScheduledStream flow : new ScheduledStream[] {ScheduledStream.JOBS, ScheduledStream.CAREER_SITES}) {
            if (flow.schedule(settings).isPresent()) {
                wanted.add("jobfeed-schedule " + flow.stream());
                wanted.add("jobfeed-catch-up " + flow.stream());
            }
        }
        if (settings.flag("jobfeed.jobs.enabled")
                && settings.text("jobfeed.jobs.resync-schedule").isPresent()) {
            wanted.add("jobfeed-resync-schedule jobs");
        }
        if (settings.flag("jobfeed.companies.enabled")) {
            wanted.add("jobfeed-companies");
        }
        if (settings.text("jobfeed.changes.to").isPresent()) {
            wanted.add("jobfeed-changes");
        }
        return wanted;
    }

    private static Set<String> triggers(String text, String tenant) {
        Set<String> triggers = new HashSet<>();
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
