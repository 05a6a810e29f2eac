package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.jobby.JobFair;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import dev.jobfeed.sandbox.jobby.Match;
import dev.jobfeed.sandbox.jobby.MatchStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the "End-to-end worked example" of the Jobby.dev REST API: finds an event, joins its queue and polls it on the
 * command line, and accepts the match in Chromium, with a token that has only the scopes of the example.
 */
@Tag("browser")
@Tag("processes")
class JobbyWorkedExampleTest {

    private static final String TOKEN = "jbb_workedexampleworkedexamplework22";

    @TempDir
    Path directory;

    private Playwright playwright;
    private Sandbox sandbox;
    private JobfeedProcess join;

    @BeforeEach
    void start() throws IOException {
        playwright = BrowserTest.playwright();
        sandbox = Sandbox.start(
                SandboxOptions.builder().port(0).jobs(1).careerSites(1).build(),
                JobbyOptions.builder()
                        .token(TOKEN, "queue:write", "queue:read", "matches:read")
                        .build());
    }

    @AfterEach
    void stop() throws Exception {
        if (join != null) {
            join.close();
        }
        if (sandbox != null) {
            sandbox.close();
        }
        if (playwright != null) {
            playwright.close();
        }
    }

    @Test
    void eventIsFoundJoinedAndItsMatchAcceptedByAHuman() throws Exception {
        JobFair fair = sandbox.jobby().fair();
        String event = jobfeed("jobby", "events", "--json").get(0).get("id").textValue();

        join = JobfeedProcess.in(directory, properties(), "jobby", "join", event);
        for (int position = 3; position > 0; position--) {
            join.awaitErr(event + ": number " + position);
            fair.advanceQueue(event);
        }
        assertThat(join.exitCode()).isZero();
        Match match = fair.matches().get(0);
        String link = join.out().strip();
        assertThat(link).isEqualTo(sandbox.baseUrl() + "/account/matches/" + match.id());

        Page page = BrowserTest.launch(playwright).newPage();
        page.navigate(link);
        PlaywrightAssertions.assertThat(page.getByText("Status: matched")).isVisible();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Accept"))
                .click();
        PlaywrightAssertions.assertThat(page.getByText("Status: accepted")).isVisible();

        assertThat(fair.findMatch(match.id()).orElseThrow().status()).isEqualTo(MatchStatus.ACCEPTED);
        assertThat(jobfeed("jobby", "status", "--json")
                        .at("/matches/0/match_id")
                        .textValue())
                .isEqualTo(match.id());
        assertThat(sandbox.jobby().fastPolls()).isZero();
    }

    private JsonNode jobfeed(String... arguments) throws Exception {
        CommandResult result = CommandResult.run(properties(), arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return SyncFixture.parse(result.out());
    }

    private Map<String, String> properties() {
        return new HashMap<>(Map.of(
                "jobby.base-url",
                sandbox.jobby().baseUrl(),
                "jobby.token",
                TOKEN,
                "jobfeed.datasource.url",
                "jdbc:h2:file:" + directory.resolve("jobby")));
    }
}
