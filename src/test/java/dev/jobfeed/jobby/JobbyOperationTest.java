package dev.jobfeed.jobby;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.jobby.JobbyOperation.Access;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobbyOperationTest {

    /** Lists the scopes of "Authentication" in the Jobby.dev REST API. */
    private static final Set<String> SCOPES = Set.of(
            "profile:read",
            "profile:write",
            "queue:read",
            "queue:write",
            "matches:read",
            "matches:write",
            "billing:read",
            "billing:write",
            "events:read",
            "events:write",
            "jobs:read",
            "jobs:write",
            "candidates:read",
            "candidates:write",
            "webhooks:read",
            "webhooks:write",
            "settings:read",
            "settings:write");

    @ParameterizedTest(name = "{0} {1} is {2}, {3}, {4} a minute")
    @CsvSource({
        "GET, /live-events, GET /live-events, , 60",
        "POST, /live-events, POST /live-events, events:write, 30",
        "POST, /queue/join, POST /queue/join, queue:write, 30",
        "GET, /matches/mat_7/interview-room-url, GET /matches/{id}/interview-room-url, matches:read, 3",
        "POST, /matches/mat_7/decline, POST /matches/{id}/decline, matches:write, 30",
        "POST, /billing/charge-offsession, POST /billing/charge-offsession, billing:write, 3",
        "DELETE, /webhooks/whk_1, DELETE /webhooks/{id}, webhooks:write, 30",
        "GET, /openapi.json, GET /openapi.json, , 60",
        "PATCH, /events/evt_1, PATCH /events/{id}, events:write, 30",
        "GET, /candidates/6b2cf1b0-0a7a-4a50-9d3b-4a9c1f5d2d11/ai-compare, GET /candidates/{id}/ai-compare,"
                + " candidates:read, 60",
        "PUT, /settings/email-digest, PUT /settings/email-digest, settings:write, 30",
        "GET, /somewhere-else/7, GET /somewhere-else/{id}, , 60"
    })
    void operationIsFoundByMethodAndPathTemplate(String method, String path, String id, String scope, int perMinute) {
        JobbyOperation operation = JobbyOperation.of(method, path);

        assertThat(operation.id()).isEqualTo(id);
        assertThat(operation.scope().orElse(null)).isEqualTo(scope);
        assertThat(operation.perMinute()).isEqualTo(perMinute);
    }

    @Test
    void tableHasOnlyDocumentedScopesAndNoneForHumans() {
        assertThat(JobbyOperation.table()).allSatisfy(operation -> {
            assertThat(operation.scope().isPresent()).isEqualTo(operation.access() == Access.TOKEN);
            assertThat(operation.scope().map(SCOPES::contains).orElse(true)).isTrue();
        });
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  | /queue/status        | The token needs the scope queue:read; mint one that has it",
                "POST | /matches/mat_7/decline | The token probably needs the scope matches:write; mint one",
                "POST | /events              | The token probably needs the scope events:write; mint one",
                "GET  | /webhooks            | The token probably needs the scope webhooks:read; mint one",
                "DELETE | /webhooks/whk_1    | The token probably needs the scope webhooks:write; mint one",
                "POST | /webhooks            | The token needs the scope webhooks:write; mint one",
                "PUT  | /jobs/4              | The token probably needs the scope jobs:write; mint one",
                "GET  | /elsewhere           | The token probably needs the scope of this endpoint; mint one",
                "GET  | /live-events         | No scope changes that: it is documented as public",
                "POST | /matches/mat_7/accept| No scope allows it: only humans accept a match",
                "POST | /matches/mat_7/join  | in a browser at account/matches/mat_7."
            })
    void remedyNamesOnlyUsefulScopes(String method, String path, String remedy) {
        assertThat(JobbyOperation.of(method, path).scopeRemedy(path)).contains(remedy);
    }
}
