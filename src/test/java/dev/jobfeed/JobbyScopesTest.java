package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.cli.InProcess;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What doctor says of a token that lacks a scope of the queue. */
class JobbyScopesTest {

    private static final String NARROW = "jbb_narrownarrownarrownarrownarrow22";

    @Test
    void theDoctorNamesTheScopesAndThenTheOneThatIsMissing() throws Exception {
        try (JobbyFixture world = JobbyFixture.of("h2", JobbyOptions.builder().token(NARROW, "queue:write"))) {
            world.with("jobby.token", NARROW)
                    .send("direct:jobby-queue-join", world.liveEvent(), Map.of(), String.class);
            assertThat(doctor(world))
                    .containsPattern("ok +scopes +the queue needs a token with queue:read and queue:write");

            world.exchange("direct:jobby-queue-poll", null, Map.of());
            assertThat(world.alerts()).containsExactly("insufficient-scope");

            assertThat(doctor(world))
                    .containsPattern(
                            "warning +scopes +Jobby.dev answered 403 INSUFFICIENT_SCOPE to GET /queue/status .*"
                                    + "The token needs the scope queue:read; mint one that has it")
                    .doesNotContain("queue:write");
        }
    }

    private static String doctor(JobbyFixture world) {
        return InProcess.run(
                        Map.of(
                                "jobby.base-url",
                                world.jobby().baseUrl(),
                                "jobby.token",
                                NARROW,
                                "jobo.base-url",
                                world.sandbox.baseUrl(),
                                "jobfeed.datasource.url",
                                world.url),
                        "doctor")
                .out();
    }
}
