package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the console in Chromium against a real process and the sandbox, in the order of a day of operation. With
 * {@code -Djobfeed.screenshots=docs/images}, takes the README's screenshots.
 */
@Tag("browser")
@Tag("processes")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrowserTest {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    /** Holds a timeout for slow machines, in milliseconds. */
    private static final double TIMEOUT_MILLIS = 60_000;

    private static final String MALICIOUS_HTML =
            "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>";

    private static final LocatorAssertions.IsVisibleOptions VISIBLE =
            new LocatorAssertions.IsVisibleOptions().setTimeout(TIMEOUT_MILLIS);

    @TempDir
    static Path directory;

    private static final Map<String, String> PROPERTIES = new HashMap<>();
    private static Sandbox sandbox;
    private static JobfeedProcess process;
    private static String base;
    private static String token;
    private static Playwright playwright;
    private static Browser browser;
    private static CountDownLatch requestBlocked;

    private final List<String> errors = new ArrayList<>();
    private final List<String> hosts = new ArrayList<>();
    private BrowserContext context;
    private Page page;
    private String address = base;

    @BeforeAll
    static void start() throws Exception {
        playwright = playwright();
        sandbox = Sandbox.start(SandboxOptions.builder()
                .port(0)
                .jobs(1200)
                .creditsPerJob(BigDecimal.valueOf(3))
                .creditsBalance(BigDecimal.valueOf(500_000))
                .build());
        String url = "jdbc:h2:file:" + directory.resolve("jobs");
        insertRunHistory(url);
        PROPERTIES.put("jobo.base-url", sandbox.baseUrl());
        PROPERTIES.put("jobo.api-key", Sandbox.TEST_KEY);
        PROPERTIES.put("jobo.jobs.batch-size", "250");
        PROPERTIES.put("jobo.jobs.watermark-parameter", "updated_after");
        PROPERTIES.put("jobfeed.datasource.url", url);
        PROPERTIES.put("jobfeed.jobs.freshness-target", "1d");
        // a few hours ahead, so that no scheduled time was missed since the last run
        int hour = LocalTime.now().plusHours(4).getHour();
        PROPERTIES.put("jobfeed.jobs.schedule", "0 0 " + hour + " * * ?");
        process = JobfeedProcess.in(directory, PROPERTIES, "run");
        process.awaitErr("running; check with");
        base = found(process, "console at (\\S+)/");
        token = found(process, "token, shown only now: (\\S+)");
        browser = launch(playwright);
    }

    /** Returns the driver of Chromium; skips the calling tests where it is missing, except in CI. */
    static Playwright playwright() {
        boolean isInstalled = Files.isExecutable(CHROMIUM);
        assumeTrue(
                isInstalled || System.getenv("CI") != null,
                "the browser tests need " + CHROMIUM + ", which is not here");
        assertThat(isInstalled).as(CHROMIUM + ", which .ci/run installs").isTrue();
        return Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    }

    static Browser launch(Playwright playwright) {
        return playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setArgs(List.of(
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
    }

    /** Inserts finished runs of some days, and a job and a quarantined row with malicious content. */
    private static void insertRunHistory(String url) throws Exception {
        try (SyncFixture fixture = SyncFixture.over(sandbox, url)) {
            for (int hours = 72; hours >= 6; hours -= 6) {
                sandbox.shiftClock(Duration.ofHours(-hours));
                fixture.clock(Clock.offset(Clock.systemUTC(), Duration.ofHours(-hours)))
                        .with("jobo.jobs.batch-size", "250")
                        .sync();
                sandbox.data().expireJobs(7);
                sandbox.data().createJobs(9 + hours % 5);
            }
            sandbox.shiftClock(Duration.ZERO);
            fixture.database.update(
                    "update job set title = ?, company_name = ?, description = ?, apply_url = 'javascript:window.pwned=1'"
                            + " where id = (select min(id) from job)",
                    MALICIOUS_HTML + " harmful",
                    MALICIOUS_HTML,
                    MALICIOUS_HTML);
            fixture.database.update("update job set locations = '\"Somewhere else\"' format json,"
                    + " compensation = '\"100 a day\"' format json, qualifications = '[\"Typing\"]' format json,"
                    + " benefits = 'null' format json where id = (select min(id) from job)");
            fixture.database.update(
                    "insert into quarantine (stream, run_id, reason, payload, quarantined_at)"
                            + " select 'jobs', max(id), ?, ?, current_timestamp from sync_run",
                    "created_at is no time: " + MALICIOUS_HTML,
                    "{\"title\":\"" + MALICIOUS_HTML.replace("\"", "\\\"") + "\"}");
            fixture.database.update(
                    "insert into job_audit (started_at, finished_at, fresh_as_of, seed, active_sampled,"
                            + " active_right, changed_sampled, changed_right, expired_sampled, expired_right, lower_bound,"
                            + " upper_bound, rows_equal, rows_newer, rows_different, rows_closed_there, rows_unknown_there,"
                            + " rows_open_there, rows_fixed, rows_held, fields) values (current_timestamp, current_timestamp,"
                            + " current_timestamp, 7, 500, 498, 0, 0, 50, 50, 0.98553, 0.9989, 548, 3, 1, 0, 1, 0, 0, 0, '{}')");
        }
    }

    /** Blocks the nth request to the feed from now on. */
    private static void hold(int nth) {
        requestBlocked = new CountDownLatch(1);
        CountDownLatch gate = requestBlocked;
        int[] seen = {0};
        sandbox.intercept(request -> {
            boolean chosen;
            synchronized (seen) {
                chosen = request.endpoint() == Endpoint.JOBS_FEED && ++seen[0] == nth;
            }
            if (chosen) {
                gate.await();
            }
            return Interceptor.pass();
        });
    }

    private static String found(JobfeedProcess in, String pattern) throws Exception {
        Matcher matcher = Pattern.compile(pattern).matcher(in.err());
        assertThat(matcher.find()).as(pattern + " in " + in.err()).isTrue();
        return matcher.group(1);
    }

    @AfterAll
    static void stop() throws Exception {
        if (requestBlocked != null) {
            requestBlocked.countDown();
        }
        if (playwright != null) {
            playwright.close();
        }
        if (process != null) {
            process.close();
        }
        if (sandbox != null) {
            sandbox.close();
        }
    }

    @BeforeEach
    void open() {
        open(1280, 900, ColorScheme.LIGHT);
    }

    private void open(int width, int height, ColorScheme scheme) {
        if (context != null) {
            context.close();
        }
        context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(width, height)
                .setColorScheme(scheme)
                .setTimezoneId("UTC")
                .setLocale("en-GB"));
        page = context.newPage();
        page.setDefaultTimeout(TIMEOUT_MILLIS);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                errors.add(message.text());
            }
        });
        page.onPageError(errors::add);
        page.onRequest(request -> hosts.add(URI.create(request.url()).getAuthority()));
    }

    @AfterEach
    void assertNoBrowserErrorsAndNoForeignRequests() {
        context.close();
        assertThat(errors).isEmpty();
        assertThat(hosts).isNotEmpty().allMatch(URI.create(address).getAuthority()::equals);
    }

    @Test
    @Order(1)
    void firstBackfillShowsItsProgress() throws Exception {
        hold(5);
        try (JobfeedProcess first = started("first")) {
            page.navigate(address + "/#/");

            Locator run = row().locator(".run-text");
            PlaywrightAssertions.assertThat(run.getByText(Pattern.compile("Backfill: 1,000 of 1,\\d+ jobs")))
                    .isVisible(VISIBLE);
            PlaywrightAssertions.assertThat(row().locator("[role=progressbar]")).isVisible(VISIBLE);
            PlaywrightAssertions.assertThat(row().getByText("Known after the first run"))
                    .isVisible(VISIBLE);
            assertVerdict("Backfill is running");
            assertAccessible();

            requestBlocked.countDown();
            PlaywrightAssertions.assertThat(run)
                    .isHidden(new LocatorAssertions.IsHiddenOptions().setTimeout(TIMEOUT_MILLIS));
            assertVerdict("All scheduled streams are up to date");
            // before the server stops
            page.close();
        } finally {
            requestBlocked.countDown();
        }
    }

    @Test
    @Order(2)
    void resyncShowsItsProgressAndIsStartedOnce() {
        hold(5);
        page.navigate(base + "/#/");
        logIn(token);
        assertToast("Logged in");
        menu("Resync");
        PlaywrightAssertions.assertThat(dialog()).containsText(Pattern.compile("credits each: about [\\d,]+ credits"));
        PlaywrightAssertions.assertThat(dialog().locator("button.go")).containsText("credits");
        assertAccessible();
        dialog().locator("button.go").click();
        PlaywrightAssertions.assertThat(dialog().getByLabel("I agree to spend")).isFocused();
        dialog().getByLabel("I agree to spend").check();
        dialog().locator("button.go").click();
        assertToast("The resync begins.");

        Locator run = row().locator(".run-text");
        PlaywrightAssertions.assertThat(run.getByText(Pattern.compile("Resync: 1,000 of 1,\\d+ jobs")))
                .isVisible(VISIBLE);
        PlaywrightAssertions.assertThat(row().locator("[role=progressbar]")).isVisible(VISIBLE);
        assertVerdict("Resync is running");
        PlaywrightAssertions.assertThat(row().locator("[data-action=resync]")).isDisabled();
        PlaywrightAssertions.assertThat(page.locator(".toast"))
                .hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(TIMEOUT_MILLIS));
        assertAccessible();
        page.setViewportSize(1280, 860);
        page.mouse().move(0, 0);
        takeScreenshot("console");

        requestBlocked.countDown();
        PlaywrightAssertions.assertThat(run)
                .isHidden(new LocatorAssertions.IsHiddenOptions().setTimeout(TIMEOUT_MILLIS));
        assertVerdict("All scheduled streams are up to date");
    }

    @Test
    @Order(3)
    void overviewShowsTheLastAudit() {
        page.navigate(base + "/#/");

        Locator audit = page.getByLabel("Last audit");
        PlaywrightAssertions.assertThat(audit).isVisible(VISIBLE);
        PlaywrightAssertions.assertThat(audit)
                .containsText(
                        "98.6 to 99.9 % of the active jobs are as in the API (95 % confidence): 498 of 500 sampled");
        PlaywrightAssertions.assertThat(audit).containsText("Different 1 · expired there 0 · unknown there 1");
        assertAccessible();
    }

    @Test
    @Order(3)
    void actionNeedsAValidTokenAndASessionCanExpire() {
        page.navigate(base + "/#/");
        logIn("guessed");
        PlaywrightAssertions.assertThat(dialog().getByText("An action needs the token"))
                .isVisible(VISIBLE);
        assertAccessible();
        page.keyboard().press("Escape");
        PlaywrightAssertions.assertThat(dialog()).isHidden();

        logIn(token);
        assertToast("Logged in");
        PlaywrightAssertions.assertThat(page.locator("#session")).containsText("Operator");
        page.evaluate("sessionStorage.setItem('jobfeed-token', 'replaced')");
        menu("Pause schedule");
        dialog().locator("button.go").click();
        PlaywrightAssertions.assertThat(dialog()).containsText("Your session has ended");
        page.keyboard().press("Escape");
        PlaywrightAssertions.assertThat(page.locator("#session")).containsText("Log in");
        PlaywrightAssertions.assertThat(row()).not().containsText("Paused");
        assertThat(errors)
                .as("messages of the browser about a 401")
                .hasSize(2)
                .allMatch(error -> error.contains("401"));
        errors.clear();
    }

    @Test
    @Order(4)
    void failureIsShownWithItsRemedy() {
        sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? Interceptor.answer(401, Map.of(), "{\"error\":\"Invalid or expired API key\"}")
                : Interceptor.pass());
        page.navigate(base + "/#/");
        row().getByText("Sync now").click();
        dialog().getByLabel("Token").fill(token);
        dialog().locator("button.go").click();

        Locator alert = page.locator("article.alert");
        PlaywrightAssertions.assertThat(alert.locator(".fix").getByText("jobo.api-key"))
                .isVisible(VISIBLE);
        assertVerdict("Action required");
        PlaywrightAssertions.assertThat(page.locator("#verdict")).not().containsText("up to date");
        assertAccessible();
        page.navigate(base + "/#/runs");
        page.getByText("Failed, resumable").first().waitFor();
        PlaywrightAssertions.assertThat(page.locator("tr.note .one-line").first())
                .isVisible(VISIBLE);
        takeScreenshot("runs");
        page.locator("tbody th a").first().click();
        PlaywrightAssertions.assertThat(page.locator(".err")).containsText("jobo.api-key");
        PlaywrightAssertions.assertThat(page.locator("pre.command")).containsText("run ");
        PlaywrightAssertions.assertThat(page.locator("pre.log .bad"))
                .containsText(Pattern.compile("ERROR run \\d+ of jobs stays open: .*401"));
        PlaywrightAssertions.assertThat(page.locator("pre.log")).not().containsText(token);
        assertAccessible();
        takeScreenshot("run");
        sandbox.intercept(request -> Interceptor.pass());

        open(390, 844, ColorScheme.DARK);
        page.navigate(base + "/#/");
        PlaywrightAssertions.assertThat(page.locator("article.alert")).isVisible(VISIBLE);
        PlaywrightAssertions.assertThat(page.locator(".chart svg").first()).isVisible(VISIBLE);
        assertAccessible();
        takeScreenshot("console-phone");

        page.navigate(base + "/#/alerts");
        PlaywrightAssertions.assertThat(page.locator("article.alert")).hasCount(1);
        assertAccessible();
        page.navigate(base + "/#/quarantine");
        page.locator("tbody th a").first().click();
        PlaywrightAssertions.assertThat(page.locator(".json")).containsText("onerror");
        assertAccessible();
        assertThat(page.evaluate("window.pwned")).isNull();
    }

    @Test
    @Order(5)
    void jobsAreSearchedAndTheirTextIsEscaped() {
        page.navigate(base + "/#/jobs");
        PlaywrightAssertions.assertThat(page.locator("tbody tr")).hasCount(25);
        assertAccessible();
        page.setViewportSize(1024, 640);
        takeScreenshot("jobs");
        page.getByLabel("Title or company").fill("HARMFUL");
        page.keyboard().press("Enter");
        Locator link = page.locator("tbody tr a");
        PlaywrightAssertions.assertThat(link).hasCount(1);
        PlaywrightAssertions.assertThat(link).hasText(MALICIOUS_HTML + " harmful");
        assertThat(page.url()).contains("q=HARMFUL");

        link.click();
        PlaywrightAssertions.assertThat(page.locator("h1")).containsText(MALICIOUS_HTML + " harmful");
        assertThat(page.locator("main img, main script, main a[href^=javascript]")
                        .count())
                .isZero();
        assertThat(page.evaluate("window.pwned")).isNull();
        assertThat(page.locator("main").innerText())
                .as("fields of an unexpected form are text")
                .contains("Somewhere else", "100 a day", "Typing")
                .doesNotContainPattern("\\b(null|undefined|NaN)\\b")
                .doesNotContain("[object");
        assertAccessible();
        page.getByText("Back to the search").click();
        PlaywrightAssertions.assertThat(page.locator("tbody tr a")).hasCount(1);
        assertThat(page.url()).contains("q=HARMFUL");

        page.getByLabel("Title or company").fill("no such words");
        page.keyboard().press("Enter");
        page.getByText("Words: no such words").click();
        PlaywrightAssertions.assertThat(page.locator("tbody tr")).hasCount(25);
    }

    @Test
    @Order(6)
    void runsAreSortedAndFilteredAndTheChartShowsValues() {
        open(1280, 900, ColorScheme.DARK);
        page.navigate(base + "/#/runs");
        PlaywrightAssertions.assertThat(page.locator(".chart a[aria-label]").first())
                .isVisible(VISIBLE);
        assertThat(page.locator(".chart a[aria-label]").count()).isGreaterThan(10);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("10 runs"))
                .click();
        PlaywrightAssertions.assertThat(page.locator(".chart a[aria-label]")).hasCount(10);
        page.locator("summary").getByText("Table").click();
        PlaywrightAssertions.assertThat(page.locator(".numbers tbody tr")).hasCount(10);
        page.locator("summary").getByText("Table").click();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Received"))
                .click();
        PlaywrightAssertions.assertThat(page.locator("th[aria-sort=descending]"))
                .hasText("Received ↓");
        assertThat(page.url()).contains("sort=received");
        page.getByLabel("Mode").selectOption("backfill");
        PlaywrightAssertions.assertThat(page.locator("tbody tr:not(.note)")).hasCount(1);
        PlaywrightAssertions.assertThat(page.locator("tbody tr").first()).containsText("Backfill");
        page.getByLabel("Status").selectOption("failed");
        PlaywrightAssertions.assertThat(page.getByText("No run matches")).isVisible(VISIBLE);
        page.getByText("Status: Closed, failed").click();
        PlaywrightAssertions.assertThat(page.locator("tbody tr:not(.note)")).hasCount(1);
        assertAccessible();

        page.route(
                "**/api/v1/runs?*",
                route -> route.fulfill(new Route.FulfillOptions().setBody("{\"total\":14,\"runs\":[")));
        page.navigate(base + "/#/runs");
        PlaywrightAssertions.assertThat(page.getByText("The server is unreachable"))
                .isVisible(VISIBLE);
        page.unroute("**/api/v1/runs?*");

        page.navigate(base + "/#/");
        page.locator(".chart svg").first().focus();
        page.keyboard().press("ArrowRight");
        PlaywrightAssertions.assertThat(page.locator("#tip")).containsText("Run ");
        page.locator("summary").getByText("Table").first().click();
        PlaywrightAssertions.assertThat(page.locator(".numbers table").first()).isVisible(VISIBLE);
        assertAccessible();
        takeScreenshot("console-dark");
    }

    @ParameterizedTest
    @ValueSource(ints = {320, 390, 1024, 1920})
    @Order(7)
    void noElementExceedsTheWindow(int width) {
        open(width, 844, ColorScheme.LIGHT);
        for (String view : List.of("", "runs", "runs/1", "alerts", "quarantine", "jobs", "settings", "review")) {
            page.navigate(base + "/#/" + view);
            page.locator("main[aria-busy=false] h1")
                    .first()
                    .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
            assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                    .as("at /" + view)
                    .isEqualTo(0);
        }
    }

    @Test
    @Order(8)
    void unavailableServerIsReportedAndValuesAreMarkedStale() {
        page.navigate(base + "/#/");
        PlaywrightAssertions.assertThat(page.locator("#verdict")).isVisible(VISIBLE);
        page.route("**/api/v1/**", route -> route.abort());
        PlaywrightAssertions.assertThat(page.locator("#banner"))
                .containsText(
                        "The server is unreachable",
                        new LocatorAssertions.ContainsTextOptions().setTimeout(TIMEOUT_MILLIS));
        PlaywrightAssertions.assertThat(page.locator("body.stale")).isVisible(VISIBLE);
        PlaywrightAssertions.assertThat(page.locator("#live")).containsText("Not current since");
        assertAccessible();
        page.unroute("**/api/v1/**");
        page.route(
                "**/api/v1/status*",
                route -> route.fulfill(new Route.FulfillOptions()
                        .setStatus(503)
                        .setContentType("application/json")
                        .setBody("{\"status\":503,\"error\":\"Connection refused.\"}")));
        page.getByText("Try again now").click();
        PlaywrightAssertions.assertThat(page.locator("#banner"))
                .containsText(
                        "The database is unavailable",
                        new LocatorAssertions.ContainsTextOptions().setTimeout(TIMEOUT_MILLIS));
        page.unroute("**/api/v1/status*");
        page.getByText("Try again now").click();
        PlaywrightAssertions.assertThat(page.locator("#banner"))
                .isEmpty(new LocatorAssertions.IsEmptyOptions().setTimeout(TIMEOUT_MILLIS));
        errors.clear();
    }

    @Test
    @Order(9)
    void pendingExpiriesAreListedBeforeTheyAreAccepted() throws Exception {
        String url = "jdbc:h2:file:" + directory.resolve("held");
        try (SyncFixture fixture = SyncFixture.over(sandbox, url)) {
            fixture.sync();
            fixture.database.update("insert into pending_expiry (job_id, run_id, reason)"
                    + " select id, (select max(id) from sync_run), 'reconciled' from job order by id limit 3");
        }
        try (JobfeedProcess requestBlocked = started("held")) {
            page.navigate(address + "/#/");
            page.getByText("Review 3 jobs").click();
            PlaywrightAssertions.assertThat(page.locator("tbody tr")).hasCount(3);
            assertAccessible();
            page.getByText("Expire 3 jobs…").click();
            dialog().getByLabel("Type 3 to confirm").fill("3");
            dialog().getByLabel("Token").fill(found(requestBlocked, "token, shown only now: (\\S+)"));
            assertAccessible();
            dialog().locator("button.go").click();
            assertToast("3 jobs expired.");
            PlaywrightAssertions.assertThat(page.getByText("Nothing is held back"))
                    .isVisible(VISIBLE);
        }
    }

    /** Starts another process with its own database. */
    private JobfeedProcess started(String name) throws Exception {
        Map<String, String> properties = new HashMap<>(PROPERTIES);
        properties.put("jobfeed.datasource.url", "jdbc:h2:file:" + directory.resolve(name));
        JobfeedProcess other = JobfeedProcess.in(directory, properties, "run");
        other.awaitErr("running; check with");
        address = found(other, "console at (\\S+)/");
        return other;
    }

    private Locator row() {
        return page.locator(".stream[data-stream=jobs]");
    }

    /** Selects an action in the menu of a row. */
    private void menu(String name) {
        row().locator(".menu summary").click();
        row().locator(".menu").getByText(name).first().click();
    }

    private void logIn(String newToken) {
        page.locator("#session").getByText("Log in").click();
        dialog().getByLabel("Token").fill(newToken);
        dialog().locator("button.go").click();
    }

    private void assertVerdict(String text) {
        PlaywrightAssertions.assertThat(page.locator("#verdict"))
                .containsText(text, new LocatorAssertions.ContainsTextOptions().setTimeout(TIMEOUT_MILLIS));
    }

    private void assertToast(String text) {
        PlaywrightAssertions.assertThat(page.locator(".toast").getByText(text).first())
                .isVisible(VISIBLE);
    }

    private Locator dialog() {
        return page.locator("dialog");
    }

    /** Asserts that axe-core reports no serious violation on the current page. */
    private void assertAccessible() {
        page.evaluate(axe());
        Object faults = page.evaluate("axe.run().then(found => found.violations"
                + ".filter(fault => ['serious', 'critical'].includes(fault.impact))"
                + ".map(fault => fault.id + ': ' + fault.nodes.map(node => node.html).join(' ')))");
        assertThat((List<?>) faults).as(page.url()).isEmpty();
    }

    private static String axe() {
        try (InputStream in = BrowserTest.class.getResourceAsStream("/axe.min.js")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Takes a screenshot for the README, if requested. */
    private void takeScreenshot(String name) {
        String targetDirectory = System.getProperty("jobfeed.screenshots");
        if (targetDirectory != null) {
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(targetDirectory, name + ".png")));
        }
    }
}
