package dev.jobfeed.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.jobfeed.alert.Alert;
import dev.jobfeed.api.HttpClientFactory;
import dev.jobfeed.api.ServerClock;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.config.Plurals;
import dev.jobfeed.config.SharedObjectMapper;
import dev.jobfeed.config.UnknownProperties;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedRequestBuilder;
import dev.jobfeed.feed.ResponseHeaders;
import dev.jobfeed.jobby.JobbyAlerts;
import dev.jobfeed.jobby.JobbyOperation;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.sync.ClockAlert;
import dev.jobfeed.sync.OriginGuard;
import dev.jobfeed.tenant.PropertiesCheck;
import dev.jobfeed.tenant.Tenant;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.Header;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks whether a start would succeed. */
@Command(
        name = "doctor",
        description = "Checks whether a start would succeed: configuration, database, routes, reachability."
                + " Sends no key; changes nothing except an outdated schema.",
        exitCodeList = {
            "  0:No check failed; there may be warnings.",
            "  1:A check failed.",
            "  2:Usage or configuration.",
            "130:Ended by Ctrl-C (SIGINT).",
            "143:Ended by SIGTERM."
        },
        footer = {"  jobfeed doctor", "  jobfeed doctor --json --tenant acme"})
final class DoctorCommand implements Callable<Integer> {

    /** Form of a key, 74 characters; older keys have only the prefix. */
    private static final Pattern KEY = Pattern.compile("jbe_(live|test)_[A-Za-z0-9_-]{21}_[A-Za-z0-9_-]{43}");

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Option(
            names = "--online",
            description = "Also compare Jobby.dev's OpenAPI document with what the bundle uses; see jobby contract.")
    private boolean online;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    private final List<Finding> findings = new ArrayList<>();

    /** Server time minus local time; null if no response has shown it. */
    private Duration clockDifference;

    /** Refusals for missing scopes, each until a call that needs the scope succeeds. */
    private List<Alert> missingScopes = List.of();

    /** Severity of a finding. */
    enum Verdict {
        ok,
        warning,
        failure
    }

    /** Result of one check. */
    record Finding(String subject, Verdict verdict, String words) {}

    private interface Check {
        String run() throws Exception;
    }

    @Override
    public Integer call() throws Exception {
        RuntimeConfiguration configuration = RuntimeConfiguration.read(sandbox.presets());
        JobfeedProperties settings = tenant.settings(configuration);
        check(
                "configuration",
                () -> configuration.file().map(Path::toString).orElse("no file; environment and defaults"));
        findings.add(names());
        check("secrets", () -> secrets(settings));
        checkKey(settings);
        check("filters", () -> filters(settings));
        check("schedules", () -> schedules(settings));
        check("limits", () -> limits(settings));
        check("jobby", () -> jobby(settings));
        check("database", () -> database(configuration, settings));
        checkScopes(settings);
        check("network", () -> HttpClientFactory.of(settings).text());
        check("api", () -> reach(settings));
        if (online) {
            findings.addAll(new JobbyContractCheck(settings).findings());
        }
        if (clockDifference != null) {
            boolean differs = clockDifference.abs().compareTo(ServerClock.TOLERATED) > 0;
            findings.add(new Finding(
                    "clock",
                    differs ? Verdict.warning : Verdict.ok,
                    ClockAlert.describe(clockDifference)
                            + (differs ? " Synchronize this machine's clock (NTP)." : "")));
        }
        checkTriggers(configuration, settings);
        RouteValidator.check(configuration).forEach(findings::add);
        configuration.sql().ifPresent(directory -> check("sql", () -> StatementCheck.check(directory)));
        print();
        return findings.stream().anyMatch(finding -> finding.verdict() == Verdict.failure)
                ? ExitCode.FAILED.code()
                : ExitCode.DONE.code();
    }

    private void check(String subject, Check check) {
        try {
            findings.add(new Finding(subject, Verdict.ok, check.run()));
        } catch (Exception e) {
            findings.add(new Finding(subject, Verdict.failure, JobfeedCli.describe(e)));
        }
    }

    /**
     * Checks the schedules of a named tenant; those of the default tenant are shipped. Only warns, because they may be
     * defined elsewhere.
     */
    private void checkTriggers(RuntimeConfiguration configuration, JobfeedProperties settings) throws IOException {
        if (tenant.name().isEmpty()) {
            return;
        }
        try {
            String found = ScheduleRouteCheck.check(RouteFile.of(configuration.routes()), tenant.name(), settings);
            findings.add(new Finding("triggers", Verdict.ok, found));
        } catch (ConfigurationException e) {
            findings.add(new Finding("triggers", Verdict.warning, e.getMessage()));
        }
    }

    private void checkKey(JobfeedProperties settings) {
        try {
            String key = settings.jobo().apiKey();
            findings.add(
                    KEY.matcher(key).matches()
                            ? new Finding(
                                    "key",
                                    Verdict.ok,
                                    "a key of the " + settings.jobo().apiKeyEnvironment() + " environment")
                            : new Finding(
                                    "key",
                                    key.startsWith("jbe_") ? Verdict.warning : Verdict.failure,
                                    "jobo.api-key has " + key.length()
                                            + " characters and not the form of a key: jbe_live_"
                                            + " or jbe_test_, 21 characters, an underscore, 43 characters"));
        } catch (RuntimeException e) {
            findings.add(new Finding("key", Verdict.failure, e.getMessage()));
        }
    }

    /**
     * Checks for unknown names. Only warns, because the environment is shared with other programs; the names in the
     * file are checked when it is read.
     */
    private static Finding names() {
        Map<String, Optional<String>> unknown = UnknownProperties.ofTheProcess();
        return unknown.isEmpty()
                ? new Finding("names", Verdict.ok, "all properties and variables are known")
                : new Finding(
                        "names", Verdict.warning, "unknown, without effect: " + UnknownProperties.describe(unknown));
    }

    private static String filters(JobfeedProperties settings) {
        List<String> unknownValues = Stream.of(FeedDefinition.values())
                .flatMap(source -> FeedRequestBuilder.unknownValues(source, settings).stream())
                .toList();
        if (!unknownValues.isEmpty()) {
            throw new ConfigurationException(
                    "unknown to the API, matches nothing: " + String.join(", ", unknownValues));
        }
        return "each can be sent";
    }

    private static String schedules(JobfeedProperties settings) {
        StringBuilder set = new StringBuilder();
        for (String name : JobfeedProperties.defaults().keySet()) {
            if (name.endsWith("schedule")) {
                settings.cron(name)
                        .ifPresent(cron ->
                                set.append(name).append(" is ").append(cron).append(", "));
            }
        }
        return set + "by the clock of " + settings.timeZone().getID();
    }

    private static String limits(JobfeedProperties settings) {
        PropertiesCheck.check(settings);
        return FeedDefinition.JOBS.batchSize(settings) + " jobs, " + FeedDefinition.CAREER_SITES.batchSize(settings)
                + " career sites and " + settings.sync().expiredBatchSize() + " expired ids a page; the jobs by "
                + settings.jobsWatermarkParameter();
    }

    private static String jobby(JobfeedProperties settings) {
        settings.jobby().liveEventsLimit();
        settings.duration("jobby.http.response-timeout");
        String interval = "polls the queue's status every "
                + settings.jobby().pollInterval().toMillis() / 1000.0 + " s";
        if (settings.text("jobby.token").isEmpty()) {
            return "no token: live events only";
        }
        return settings.jobby().token().startsWith("jbb_")
                ? interval
                : interval + "; jobby.token does not begin with jbb_, as tokens do";
    }

    /**
     * Names the scopes of the queue, or those that are missing according to Jobby.dev; no request shows the scopes of a
     * token.
     */
    private void checkScopes(JobfeedProperties settings) {
        missingScopes.forEach(refusal -> findings.add(new Finding(
                "scopes",
                Verdict.warning,
                refusal.message() + " " + refusal.remedy() + " First refused " + Times.local(refusal.raisedAt())
                        + ".")));
        if (missingScopes.isEmpty() && settings.text("jobby.token").isPresent()) {
            findings.add(new Finding(
                    "scopes",
                    Verdict.ok,
                    "the queue needs a token with "
                            + Stream.of(
                                            JobbyOperation.of("GET", "/queue/status"),
                                            JobbyOperation.of("POST", "/queue/join"))
                                    .flatMap(operation -> operation.scope().stream())
                                    .collect(Collectors.joining(" and "))));
        }
    }

    private String database(RuntimeConfiguration configuration, JobfeedProperties settings) throws Exception {
        Optional<String> missing = RuntimeDataSources.missing(settings);
        if (missing.isPresent()) {
            return missing.get();
        }
        try (OfflineTenant store = OfflineTenant.open(configuration, tenant)) {
            String stored = Plurals.of(store.tenant().jobs().totals().active(), "active job");
            if (!store.tenant().states().mayWrite("jobs")) {
                throw new ConfigurationException("the tables exist, but the user has no write access");
            }
            checkOrigin(store.tenant());
            missingScopes = store.tenant().alerts().open(JobbyAlerts.STREAM).stream()
                    .filter(alert -> AlertCondition.INSUFFICIENT_SCOPE.is(alert.condition()))
                    .toList();
            String url = settings.database().printableUrl();
            return (url.startsWith(H2SharedServer.FILE_URL) ? H2SharedServer.FILE_URL + H2SharedServer.file(url) : url)
                    + ", " + stored;
        }
    }

    private static void checkOrigin(Tenant tenant) {
        if (tenant.settings().text("jobo.api-key").isEmpty()) {
            return;
        }
        for (FeedDefinition source : FeedDefinition.values()) {
            Optional<String> mismatch = OriginGuard.mismatch(tenant, source.stream());
            if (mismatch.isPresent()) {
                throw new ConfigurationException(mismatch.get());
            }
        }
    }

    private static String secrets(JobfeedProperties settings) {
        List<String> set = new ArrayList<>();
        for (String name : JobfeedProperties.secrets()) {
            Optional<Path> file = settings.secretFile(name);
            settings.text(name)
                    .ifPresent(secret -> set.add(
                            name + file.map(f -> " from " + f.toAbsolutePath()).orElse("")));
        }
        return set.isEmpty() ? "none" : String.join(", ", set);
    }

    /** Sends a request without the key; any response proves that the API is reachable. */
    private String reach(JobfeedProperties settings) throws IOException {
        try (CloseableHttpClient client = HttpClientFactory.of(settings).client(Duration.ofSeconds(20))) {
            ServerClock clock = new ServerClock(Clock.systemUTC());
            long sent = System.nanoTime();
            int status = client.execute(new HttpGet(settings.jobo().baseUrl() + "/api/jobs/expired"), response -> {
                Header date = response.getFirstHeader("Date");
                ResponseHeaders.date(date == null ? null : date.getValue()).ifPresent(time -> {
                    clock.observe(time, sent, System.nanoTime());
                    clockDifference = clock.difference();
                });
                return response.getCode();
            });
            return settings.jobo().baseUrl() + " answers (" + status + " without the key)";
        } catch (IOException e) {
            throw new ConfigurationException(
                    settings.jobo().baseUrl() + " cannot be reached: "
                            + (e.getMessage() == null ? "no connection" : e.getMessage())
                            + ". Check jobo.base-url, jobo.http.proxy, jobo.http.trust-store and the network.",
                    e);
        }
    }

    private void print() throws IOException {
        if (json) {
            ArrayNode all = SharedObjectMapper.JSON.createArrayNode();
            findings.forEach(finding -> all.addObject()
                    .put("subject", finding.subject())
                    .put("verdict", finding.verdict().name())
                    .put("words", finding.words()));
            System.out.println(all);
            return;
        }
        findings.forEach(finding -> System.out.printf(
                Locale.ROOT, "%-8s %-14s %s%n", finding.verdict(), finding.subject(), finding.words()));
    }
}
