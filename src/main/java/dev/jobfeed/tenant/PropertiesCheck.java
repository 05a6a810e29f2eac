package dev.jobfeed.tenant;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedRequestBuilder;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Reads every property once, so that an invalid value is reported at startup and not when it is first needed. */
public final class PropertiesCheck {

    /** Matches the URI of an endpoint: a scheme and its remainder. */
    private static final String ENDPOINT = "[A-Za-z][A-Za-z0-9+.-]*:.+";

    private static final Map<String, Consumer<JobfeedProperties>> CHECKS = checks();

    private PropertiesCheck() {}

    private static Map<String, Consumer<JobfeedProperties>> checks() {
        Map<String, Consumer<JobfeedProperties>> checks = new TreeMap<>();
        for (String name : JobfeedProperties.defaults().keySet()) {
            if (name.endsWith("schedule")) {
                checks.put(name, settings -> settings.cron(name));
            } else if (name.endsWith(".enabled") && !name.equals("jobfeed.console.enabled")
                    || name.equals("jobfeed.routes.reload")
                    || name.equals("jobfeed.datasource.migrate")) {
                checks.put(name, settings -> settings.flag(name));
            } else if (name.matches(
                    ".*[.-](timeout|interval|refresh-after|overlap|max-wait|freshness-target|keep|keep-for"
                            + "|refresh)")) {
                checks.put(name, settings -> settings.duration(name));
            }
        }
        for (String name : JobfeedProperties.defaults().keySet()) {
            if (!name.endsWith("-file") && !JobfeedProperties.secrets().contains(name)) {
                checks.putIfAbsent(name, settings -> settings.text(name));
            }
        }
        checks.put("jobfeed.lease", settings -> settings.sync().lease());
        checks.put("jobby.poll-interval", settings -> settings.jobby().pollInterval());
        checks.put("jobo.base-url", settings -> settings.jobo().baseUrl());
        checks.put("jobby.base-url", settings -> settings.jobby().baseUrl());
        for (String call : new String[] {"jobo.call", "jobby.call"}) {
            checks.put(
                    call,
                    settings -> settings.choice(call, "the URI of a Camel endpoint such as its default", ENDPOINT));
        }
        checks.put("jobo.credits.alert-below", settings -> settings.credits().alertBelow());
        checks.put("jobo.credits.floor", settings -> settings.credits().floor());
        checks.put(
                "jobo.credits.max-per-attempt", settings -> settings.credits().maxPerAttempt());
        checks.put("jobo.credits.confirm-above", settings -> settings.credits().confirmAbove());
        checks.put("jobo.http.proxy", settings -> settings.jobo().proxy());
        checks.put("jobo.http.max-answer-bytes", settings -> settings.jobo().maxAnswerBytes());
        checks.put("jobo.jobs.batch-size", FeedDefinition.JOBS::batchSize);
        checks.put("jobo.jobs.watermark-parameter", JobfeedProperties::jobsWatermarkParameter);
        checks.put("jobo.jobs.filter.*", settings -> FeedRequestBuilder.of(FeedDefinition.JOBS, settings));
        checks.put("jobo.career-sites.batch-size", FeedDefinition.CAREER_SITES::batchSize);
        checks.put(
                "jobo.career-sites.filter.*", settings -> FeedRequestBuilder.of(FeedDefinition.CAREER_SITES, settings));
        checks.put("jobo.expired.batch-size", settings -> settings.sync().expiredBatchSize());
        checks.put("jobfeed.jobs.audit-sample", settings -> settings.sync().auditSample());
        checks.put("jobfeed.jobs.audit-alert-below", settings -> settings.sync().auditAlertBelow());
        checks.put("jobo.retry.time-scale", settings -> settings.jobo().timeScale());
        checks.put("jobby.live-events.limit", settings -> settings.jobby().liveEventsLimit());
        checks.put("jobby.webhooks.max-bytes", settings -> settings.jobby().webhookMaxBytes());
        checks.put("jobfeed.time-zone", JobfeedProperties::timeZone);
        checks.put("jobfeed.http.port", settings -> settings.console().port());
        checks.put(
                "jobfeed.console.enabled",
                settings -> settings.choice("jobfeed.console.enabled", "true, false or nothing", "true|false"));
        checks.put(
                "jobfeed.changes.to",
                settings -> settings.choice(
                        "jobfeed.changes.to", "the URI of a Camel endpoint such as jms:queue:jobfeed", ENDPOINT));
        checks.put(
                "jobfeed.log.format", settings -> settings.choice("jobfeed.log.format", "human or json", "human|json"));
        return checks;
    }

    /**
     * Reads every property with a defined format.
     *
     * @throws ConfigurationException with one sentence for each invalid property, which names the property, its value
     *     and what is expected
     */
    public static void check(JobfeedProperties settings) {
        Set<String> problems = new LinkedHashSet<>();
        CHECKS.values().forEach(check -> {
            try {
                check.accept(settings);
            } catch (ConfigurationException e) {
                problems.add(e.getMessage());
            }
        });
        if (!problems.isEmpty()) {
            throw new ConfigurationException(String.join(" ", problems));
        }
    }
}
