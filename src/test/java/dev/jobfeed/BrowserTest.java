package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
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

/**
 * The console in Chromium, against a real process and the sandbox: a day of one process, hour by hour. With
 * {@code -Djobfeed.screenshots=docs/images} the README's pictures are taken on the way.
 */
@Tag("browser")
@Tag("processes")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BrowserTest {

    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    /** Longer than anything here takes on a slow machine, in milliseconds. */
    private static final double PATIENCE = 60_000;

    private static final String HOSTILE = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script>";

    private static final LocatorAssertions.IsVisibleOptions VISIBLE =
            new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE);

    @TempDir
    static Path directory;

    private static final Map<String, String> PROPERTIES = new HashMap<>();
    private static Sandbox sandbox;
    private static JobfeedProcess process;
    private static String base;
    private static String token;
    private static Playwright playwright;
    private static Browser browser;
    private static CountDownLatch held;

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
        past(url);
        PROPERTIES.put("jobo.base-url", sandbox.baseUrl());
        PROPERTIES.put("jobo.api-key", Sandbox.TEST_KEY);
        PROPERTIES.put("jobo.jobs.batch-size", "250");
        PROPERTIES.put("jobo.jobs.watermark-parameter", "updated_after");
        PROPERTIES.put("jobfeed.datasource.url", url);
        // in some hours, and none was missed since the last run
        int hour = LocalTime.now().plusHours(4).getHour();
        PROPERTIES.put("jobfeed.jobs.schedule", "0 0 " + hour + " * * ?");
        process = JobfeedProcess.in(directory, PROPERTIES, "run");
        process.awaitErr("running; check with");
        base = found(process, "console at (\\S+)/");
        token = found(process, "token, shown only now: (\\S+)");
        browser = launch(playwright);
    }

    /** What drives Chromium; the calling tests are skipped where it is missing, except in CI. */
    static Playwright playwright() {
        boolean there = Files.isExecutable(CHROMIUM);
        assumeTrue(there || System.getenv("CI") != null, "the browser tests need " + CHROMIUM + ", which is not here");
        assertThat(there).as(CHROMIUM + ", which .ci/run installs").isTrue();
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

    /** Some days of runs that are over, and a job and a row of quarantine that mean harm. */
    private static void past(String url) throws Exception {
        try (SyncFixture world = SyncFixture.over(sandbox, url)) {
            for (int hours = 72; hours >= 6; hours -= 6) {
                sandbox.shiftClock(Duration.ofHours(-hours));
                world.clock(Clock.offset(Clock.systemUTC(), Duration.ofHours(-hours)))
                        .with("jobo.jobs.batch-size", "250")
                        .sync();
                sandbox.data().expireJobs(7);
                sandbox.data().createJobs(9 + hours % 5);
            }
            sandbox.shiftClock(Duration.ZERO);
            world.database.update(
                    "update job set title = ?, company_name = ?, description = ?, apply_url = 'javascript:window.pwned=1'"
                            + " where id = (select min(id) from job)",
                    HOSTILE + " harmful",
                    HOSTILE,
                    HOSTILE);
            world.database.update(
                    "insert into quarantine (stream, run_id, reason, payload, quarantined_at)"
                            + " select 'jobs', max(id), ?, ?, current_timestamp from sync_run",
                    "created_at is no time: " + HOSTILE,
                    "{\"title\":\"" + HOSTILE.replace("\"", "\\\"") + "\"}");
        }
    }

    /** Keeps a request to the feed waiting, counted from here. */
    private static void hold(int nth) {
        held = new CountDownLatch(1);
        CountDownLatch gate = held;
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
        if (held != null) {
            held.countDown();
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
        page.setDefaultTimeout(PATIENCE);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                errors.add(message.text());
            }
        });
        page.onPageError(errors::add);
        page.onRequest(request -> hosts.add(URI.create(request.url()).getAuthority()));
    }

    @AfterEach
    void nothingWentWrongInTheBrowserAndNothingLeftTheHost() {
        context.close();
        assertThat(errors).isEmpty();
        assertThat(hosts).isNotEmpty().allMatch(URI.create(address).getAuthority()::equals);
    }

    @Test
    @Order(1)
    void aFirstBackfillIsSeenWhileItGoesOn() throws Exception {
        hold(5);
        Map<String, String> empty = new HashMap<>(PROPERTIES);
        empty.put("jobfeed.datasource.url", "jdbc:h2:file:" + directory.resolve("first"));
        try (JobfeedProcess first = JobfeedProcess.in(directory, empty, "run")) {
            first.awaitErr("running; check with");
            address = found(first, "console at (\\S+)/");
            page.navigate(address + "/#/");

            Locator run = card().locator(".run-text");
            PlaywrightAssertions.assertThat(
                            run.getByText(Pattern.compile("backfill: feed · page 4 · 1,000 of 1,\\d+ jobs")))
                    .isVisible(VISIBLE);
            PlaywrightAssertions.assertThat(card().locator("progress")).isVisible(VISIBLE);
            PlaywrightAssertions.assertThat(card().getByText("No run has succeeded yet"))
                    .isVisible(VISIBLE);
            assertAccessible();

            held.countDown();
            PlaywrightAssertions.assertThat(run).isHidden(new LocatorAssertions.IsHiddenOptions().setTimeout(PATIENCE));
            PlaywrightAssertions.assertThat(card().getByText("Fresh", new Locator.GetByTextOptions().setExact(true)))
                    .isVisible(VISIBLE);
        } finally {
            held.countDown();
        }
    }

    @Test
    @Order(2)
    void aResyncIsSeenWhileItGoesOn() {
        hold(5);
        page.navigate(base + "/#/");
        button("Resync").click();
        PlaywrightAssertions.assertThat(dialog()).containsText(Pattern.compile("credits each: about [\\d,]+ credits"));
        dialog().getByLabel("Token").fill(token);
        dialog().locator("button.go").click();
        PlaywrightAssertions.assertThat(dialog().getByText("The resync begins."))
                .isVisible(VISIBLE);
        dialog().getByText("Close").click();

        Locator run = card().locator(".run-text");
        PlaywrightAssertions.assertThat(run.getByText(Pattern.compile("resync: feed · page 4 · 1,000 of 1,\\d+ jobs")))
                .isVisible(VISIBLE);
        PlaywrightAssertions.assertThat(card().locator("progress")).isVisible(VISIBLE);
        assertAccessible();
        page.setViewportSize(1180, 720);
        shoot("console");

        held.countDown();
        PlaywrightAssertions.assertThat(run).isHidden(new LocatorAssertions.IsHiddenOptions().setTimeout(PATIENCE));
        PlaywrightAssertions.assertThat(card().getByText("Fresh", new Locator.GetByTextOptions().setExact(true)))
                .isVisible(VISIBLE);
    }

    @Test
    @Order(3)
    void anActionWithoutTheTokenIsRefused() {
        page.navigate(base + "/#/");
        button("Pause schedule").click();
        dialog().getByLabel("Token").fill("guessed");
        dialog().locator("button.go").click();
        PlaywrightAssertions.assertThat(dialog().getByText("An action needs the token"))
                .isVisible(VISIBLE);
        assertAccessible();
        page.keyboard().press("Escape");
        PlaywrightAssertions.assertThat(dialog()).isHidden();
        PlaywrightAssertions.assertThat(button("Pause schedule")).isVisible(VISIBLE);
        assertThat(errors)
                .as("the browser's own word on a 401")
                .singleElement()
                .asString()
                .contains("401");
        errors.clear();
    }

    @Test
    @Order(4)
    void aFailureIsSeenWithItsRemedy() {
        sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? Interceptor.answer(401, Map.of(), "{\"error\":\"Invalid or expired API key\"}")
                : Interceptor.pass());
        page.navigate(base + "/#/");
        button("Sync now").click();
        dialog().getByLabel("Token").fill(token);
        dialog().locator("button.go").click();
        dialog().getByText("Close").click();

        Locator alert = page.locator(".alerts li.open");
        PlaywrightAssertions.assertThat(alert.locator(".remedy").getByText("jobo.api-key"))
                .isVisible(VISIBLE);
        PlaywrightAssertions.assertThat(page.locator("#verdict").getByText("1 alert needs you"))
                .isVisible(VISIBLE);
        assertAccessible();
        sandbox.intercept(request -> Interceptor.pass());

        open(390, 844, ColorScheme.DARK);
        page.navigate(base + "/#/");
        PlaywrightAssertions.assertThat(page.locator(".alerts li.open")).isVisible(VISIBLE);
        PlaywrightAssertions.assertThat(page.locator(".plot canvas").first()).isVisible(VISIBLE);
        assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
                .as("nothing is wider than the phone")
                .isEqualTo(true);
        assertAccessible();
        shoot("console-phone");

        page.navigate(base + "/#/alerts");
        PlaywrightAssertions.assertThat(page.getByText("Open alerts (1)")).isVisible(VISIBLE);
        page.getByText("Show", new Page.GetByTextOptions().setExact(true))
                .first()
                .click();
        PlaywrightAssertions.assertThat(page.locator("pre").first()).containsText("onerror");
        assertAccessible();
        assertThat(page.evaluate("window.pwned")).isNull();
    }

    @Test
    @Order(5)
    void jobsAreSearchedAndAStrangersWordsStayWords() {
        page.navigate(base + "/#/jobs");
        PlaywrightAssertions.assertThat(page.locator("tbody tr")).hasCount(25);
        assertAccessible();
        page.setViewportSize(860, 520);
        shoot("jobs");
        page.getByLabel("Search in title and company").fill("HARMFUL");
        page.keyboard().press("Enter");
        Locator link = page.locator("tbody tr a");
        PlaywrightAssertions.assertThat(link).hasCount(1);
        PlaywrightAssertions.assertThat(link).hasText(HOSTILE + " harmful");
        assertThat(page.url()).contains("q=HARMFUL");

        link.click();
        PlaywrightAssertions.assertThat(page.locator("h1")).hasText(HOSTILE + " harmful");
        assertThat(page.locator("main img, main script, main a[href^=javascript]")
                        .count())
                .isZero();
        assertThat(page.evaluate("window.pwned")).isNull();
        assertAccessible();
        page.goBack();
        PlaywrightAssertions.assertThat(page.locator("tbody tr a")).hasCount(1);
    }

    @Test
    @Order(6)
    void theRunsAreATableAndChartsWithTheirNumbers() {
        open(1280, 900, ColorScheme.DARK);
        page.navigate(base + "/#/runs");
        PlaywrightAssertions.assertThat(page.getByText("The last 50 runs")).isVisible(VISIBLE);
        PlaywrightAssertions.assertThat(page.locator(".plot canvas")).hasCount(3);
        assertThat(page.locator(".plot[role=img][aria-label]").count()).isEqualTo(3);
        page.locator("summary").first().click();
        PlaywrightAssertions.assertThat(page.locator("figure table").first()).isVisible(VISIBLE);
        assertAccessible();
        shoot("runs-dark");
    }

    private Locator card() {
        return page.locator(".card[data-stream=jobs]");
    }

    private Locator button(String name) {
        return card().getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name));
    }

    private Locator dialog() {
        return page.locator("dialog");
    }

    /** axe-core finds nothing serious in what is shown. */
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

    /** A picture for the README, when one is asked for. */
    private void shoot(String name) {
        String folder = System.getProperty("jobfeed.screenshots");
        if (folder != null) {
            page.screenshot(new Page.ScreenshotOptions().setPath(Path.of(folder, name + ".png")));
        }
    }
}
