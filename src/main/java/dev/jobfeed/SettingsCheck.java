package dev.jobfeed;

import dev.jobfeed.feed.FeedFilters;
import dev.jobfeed.feed.FeedSource;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Reads every property once, so that a value that cannot be used is reported at start and not when it is first needed. */
public final class SettingsCheck {

    /** Where routes send change events to: a scheme, and what belongs to it. */
    private static final String ENDPOINT = "[A-Za-z][A-Za-z0-9+.-]*:.+";

    private static final Map<String, Consumer<Settings>> CHECKS = checks();

    private SettingsCheck() {}

    private static Map<String, Consumer<Settings>> checks() {
        Map<String, Consumer<Settings>> checks = new TreeMap<>();
        for (String name : Settings.defaults().keySet()) {
            if (name.endsWith("schedule")) {
                checks.put(name, settings -> settings.cron(name));
            } else if (name.endsWith(".enabled") && !name.equals("jobfeed.ops.enabled")
                    || name.equals("jobfeed.routes.reload")
                    || name.equals("jobfeed.datasource.migrate")) {
                checks.put(name, settings -> settings.flag(name));
            } else if (name.startsWith("jobo.credits.")) {
                checks.put(name, settings -> settings.credits(name));
            } else if (name.matches(
                    ".*[.-](timeout|interval|refresh-after|overlap|max-wait|freshness-target|keep|keep-for"
                            + "|refresh)")) {
                checks.put(name, settings -> settings.duration(name));
            }
        }
        for (String name : Settings.defaults().keySet()) {
            if (!name.endsWith("-file") && !Settings.secrets().contains(name)) {
                checks.putIfAbsent(name, settings -> settings.text(name));
            }
        }
        checks.put("jobfeed.lease", Settings::lease);
        checks.put("jobby.poll-interval", Settings::jobbyPollInterval);
        checks.put("jobo.base-url", Settings::baseUrl);
        checks.put("jobby.base-url", Settings::jobbyBaseUrl);
        checks.put("jobo.http.proxy", Settings::proxy);
        checks.put("jobo.http.max-answer-bytes", Settings::maxAnswerBytes);
        checks.put("jobo.jobs.batch-size", FeedSource.JOBS::batchSize);
        checks.put("jobo.jobs.watermark-parameter", Settings::jobsWatermarkParameter);
        checks.put("jobo.jobs.filter.*", settings -> FeedFilters.of(FeedSource.JOBS, settings));
        checks.put("jobo.career-sites.batch-size", FeedSource.CAREER_SITES::batchSize);
        checks.put("jobo.career-sites.filter.*", settings -> FeedFilters.of(FeedSource.CAREER_SITES, settings));
        checks.put("jobo.expired.batch-size", Settings::expiredBatchSize);
        checks.put("jobo.retry.time-scale", Settings::timeScale);
        checks.put("jobby.live-events.limit", Settings::liveEventsLimit);
        checks.put("jobby.webhooks.max-bytes", Settings::webhookMaxBytes);
        checks.put("jobfeed.time-zone", Settings::timeZone);
        checks.put("jobfeed.http.port", Settings::httpPort);
        checks.put(
                "jobfeed.ops.enabled",
                settings -> settings.choice("jobfeed.ops.enabled", "true, false or nothing", "true|false"));
        checks.put(
                "jobfeed.changes.to",
                settings -> settings.choice(
                        "jobfeed.changes.to", "the URI of a Camel endpoint such as jms:queue:jobfeed", ENDPOINT));
        checks.put(
                "jobfeed.log.format", settings -> settings.choice("jobfeed.log.format", "human or json", "human|json"));
        return checks;
    }

    /**
     * Reads every property that has a form.
     *
     * @throws ConfigurationException with one sentence for each property that cannot be used, which names the property, its
     *     value and what fits
     */
    public static void check(Settings settings) {
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
