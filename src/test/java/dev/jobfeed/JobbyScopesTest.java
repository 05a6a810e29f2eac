package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the report of doctor on a token that lacks a scope of the queue. */
class JobbyScopesTest {

    private static final String LIMITED_SCOPES_TOKEN = "jbb_narrownarrownarrownarrownarrow22";

    @Test
    void doctorNamesTheScopesAndTheMissingOne() throws Exception {
        try (JobbyFixture fixture =
                JobbyFixture.of("h2", JobbyOptions.builder().token(LIMITED_SCOPES_TOKEN, "queue:write"))) {
            fixture.with("jobby.token", LIMITED_SCOPES_TOKEN)
                    .send("direct:jobby-queue-join", fixture.liveEvent(), Map.of(), String.class);
            assertThat(doctor(fixture))
                    .containsPattern("ok +scopes +the queue needs a token with queue:read and queue:write");

            fixture.exchange("direct:jobby-queue-poll", null, Map.of());
            assertThat(fixture.alerts()).containsExactly("insufficient-scope queue:read");

            assertThat(doctor(fixture))
                    .containsPattern(
                            "warning +scopes +.*403 INSUFFICIENT_SCOPE to GET /queue/status .*needs the scope queue:read")
                    .doesNotContain("queue:write");
        }
    }

    @Test
    void doctorNamesTheScopeOfARejectedOperationUntilOneSucceeds() throws Exception {
        try (JobbyFixture fixture =
                JobbyFixture.of("h2", JobbyOptions.builder().token(LIMITED_SCOPES_TOKEN, "queue:write"))) {
            assertThat(jobfeed(fixture, "jobby", "decline", "mat_1").exitCode()).isEqualTo(1);
            assertThat(jobfeed(fixture, "jobby", "room", "mat_1").exitCode()).isEqualTo(1);

            assertThat(doctor(fixture))
                    .containsPattern("warning +scopes +.*decline.* probably needs the scope matches:write")
                    .containsPattern("warning +scopes +.*interview-room-url.* needs the scope matches:read");

            fixture.with("jobby.token", Jobby.TEST_TOKEN)
                    .send("direct:jobby-api", null, Map.of("jobbyPath", "/matches"), JsonNode.class);
            assertThat(fixture.alerts()).containsExactly("insufficient-scope matches:write");
        }
    }

    /** The second join polls although the first was just rejected: the operator may have replaced the token. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void joinEndsWhenItsStatusCannotBePolled(String database) throws Exception {
        try (JobbyFixture fixture =
                JobbyFixture.of(database, JobbyOptions.builder().token(LIMITED_SCOPES_TOKEN, "queue:write"))) {
            for (int i = 1; i <= 2; i++) {
                CommandResult join = jobfeed(fixture, "jobby", "join", fixture.liveEvent());

                assertThat(join.exitCode()).isEqualTo(1);
                assertThat(join.out()).isEmpty();
                assertThat(join.err())
                        .contains(
                                "403 INSUFFICIENT_SCOPE to GET /queue/status",
                                "needs the scope queue:read",
                                fixture.liveEvent() + ": the request stays open");
                assertThat(fixture.jobby().requests(JobbyEndpoint.QUEUE_STATUS)).hasSize(i);
            }
            assertThat(fixture.jobby().requests(JobbyEndpoint.QUEUE_JOIN)).hasSize(1);
        }
    }

    private static String doctor(JobbyFixture fixture) {
        return jobfeed(fixture, "doctor").out();
    }

    private static CommandResult jobfeed(JobbyFixture fixture, String... arguments) {
        return CommandResult.run(
                Map.of(
                        "jobby.base-url",
                        fixture.jobby().baseUrl(),
                        "jobby.token",
                        LIMITED_SCOPES_TOKEN,
                        "jobby.poll-interval",
                        "1ms",
                        "jobo.base-url",
                        fixture.sandbox.baseUrl(),
                        "jobfeed.datasource.url",
                        fixture.url),
                arguments);
    }
}
