package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.http.Interceptor;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultScriptTest {

    private final Calls calls = new Calls();

    @AfterEach
    void close() {
        calls.close();
    }

    /** Sends feed requests and returns the numbers of those with a fault. */
    private List<Integer> faultedRequests(int requests) throws Exception {
        List<Integer> faultedRequests = new ArrayList<>();
        for (int i = 1; i <= requests; i++) {
            if (calls.post("/api/jobs/feed", "{\"batch_size\":1}").statusCode() != 200) {
                faultedRequests.add(i);
            }
        }
        return faultedRequests;
    }

    private Faults script(String json) {
        return calls.sandbox.faults(FaultRule.script(json));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "",
            value = {
                "{'fault':'503'}                                           | [1, 2, 3, 4, 5, 6, 7, 8, 9]",
                "{'fault':'503','nth':3}                                   | [3]",
                "{'fault':'503','every':4}                                 | [4, 8]",
                "{'fault':'503','from':3,'to':5}                           | [3, 4, 5]",
                "{'fault':'503','from':8}                                  | [8, 9]",
                "{'fault':'503','to':2}                                    | [1, 2]",
                "{'fault':'503','times':2}                                 | [1, 2]",
                "{'fault':'503','every':2,'times':3}                       | [2, 4, 6]",
                "{'fault':'503','from':3,'every':2,'to':7}                 | [4, 6]",
                "{'fault':'503','share':0}                                 | []",
                "{'fault':'503','share':1}                                 | [1, 2, 3, 4, 5, 6, 7, 8, 9]",
                "{'fault':'503','on':'jobs_feed','nth':2}                  | [2]",
                "{'fault':'503','on':'any','nth':2}                        | [2]",
                "{'fault':'503','on':'jobs_expired'}                       | []",
                "{'fault':'503','nth':2},{'fault':'500','from':2,'to':3}   | [2, 3]",
            })
    void ruleAppliesToItsRequests(String rules, String numbers) throws Exception {
        script("[" + rules.replace('\'', '"') + "]");

        assertThat(faultedRequests(9)).hasToString(numbers);
    }

    @Test
    void shareIsDrawnFromTheSeed() throws Exception {
        script("[{\"fault\":\"503\",\"share\":0.3}]");
        List<Integer> selected = faultedRequests(200);

        script("[{\"fault\":\"503\",\"share\":0.3}]");
        assertThat(faultedRequests(200)).isEqualTo(selected).hasSizeBetween(40, 80);

        try (Calls other = new Calls(options -> options.seed(2))) {
            Faults faults = other.sandbox.faults(FaultRule.of(Fault.UNAVAILABLE).share(0.3));
            for (int i = 0; i < 200; i++) {
                other.get("/api/jobs/expired");
            }
            assertThat(faults.tallies().get(0).struck()).isBetween(40L, 80L).isNotEqualTo(selected.size());
        }
    }

    @Test
    void drawsOfRulesAreIndependent() {
        StrikeCondition third = new StrikeCondition(1, Long.MAX_VALUE, 1, 0.25);

        long faultedRequests = LongStream.rangeClosed(1, 100_000)
                .filter(number -> third.strikes(number, new SeededRandom(1, 51, number).unit()))
                .count();

        assertThat(faultedRequests).isBetween(24_500L, 25_500L);
    }

    @Test
    void firstDueRuleAppliesAndAllRulesCount() throws Exception {
        Faults faults = script("""
                [{"fault": "503", "every": 2, "times": 2},
                 {"fault": "500", "from": 2, "to": 3},
                 {"fault": "429", "on": "company"}]""");

        faultedRequests(5);

        assertThat(calls.sandbox.log().entries().stream().map(entry -> entry.status() + " " + entry.fault()))
                .containsExactly("200 null", "503 503", "500 500", "503 503", "200 null");
        assertThat(faults.tallies())
                .extracting(tally -> tally.seen() + " " + tally.struck())
                .containsExactly("5 2", "5 1", "0 0");
    }

    @Test
    void ruleCountsOnlyApplicableRequests() throws Exception {
        Faults faults = script("""
                [{"fault": "row_bad_created_at", "nth": 2}, {"fault": "no_cursor", "nth": 4}]""");

        calls.expired("");
        calls.get("/api/companies/" + calls.data().companies().id(0));
        JsonNode first = calls.feed("{\"batch_size\":5}");
        JsonNode second = calls.feed("{\"batch_size\":5}");

        assertThat(first.get("jobs")).hasSize(5);
        assertThat(second.get("jobs")).hasSize(6);
        assertThat(faults.tallies()).extracting(Faults.Tally::seen).containsExactly(2L, 3L);
    }

    @Test
    void faultsAndAnInterceptorReplaceEachOther() throws Exception {
        calls.sandbox.faults(FaultRule.of(Fault.SERVER_ERROR));
        assertThat(faultedRequests(1)).hasSize(1);
        calls.sandbox.intercept(request -> Interceptor.pass());
        assertThat(faultedRequests(1)).isEmpty();
        calls.sandbox.faults(FaultRule.of(Fault.SERVER_ERROR));
        assertThat(faultedRequests(1)).hasSize(1);
        calls.sandbox.faults();
        assertThat(faultedRequests(1)).isEmpty();
    }

    @Test
    void faultsCanBeSetAtStart() throws Exception {
        try (Calls failing = new Calls(options ->
                options.faults(List.of(FaultRule.of(Fault.SERVER_ERROR).nth(1))))) {
            assertThat(failing.post("/api/jobs/feed", "{}").statusCode()).isEqualTo(500);
            assertThat(failing.post("/api/jobs/feed", "{}").statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[{'fault':'503'}                                   | The fault script is not JSON: ",
                "                                                   | The fault script must be a JSON list of rules",
                "{'fault':'503'}                                    | The fault script must be a JSON list of rules",
                "['503']                                            | Rule 1 must be an object",
                "[{'fault':'503','fault':'500'}]                    | The fault script is not JSON: Duplicate",
                "[{'fault':'503'},{'on':'any'}]                     | Rule 2, field \"fault\": is missing, but must be one of 301, 400,",
                "[{'fault':503}]                                    | Rule 1, field \"fault\": is 503, but must be one of",
                "[{'fault':'504'}]                                  | Rule 1, field \"fault\": is \"504\", but must be one of",
                "[{'fault':'503','on':'jobs'}]                      | Rule 1, field \"on\": is \"jobs\", but must be one of jobs_feed, jobs_expired, job, career_sites_feed, company, jobby_live_events,",
                "[{'fault':'503','nth':0}]                          | Rule 1, field \"nth\": is 0, but must be a whole number of at least 1.",
                "[{'fault':'503','nth':1.5}]                        | Rule 1, field \"nth\": is 1.5, but must be a whole number",
                "[{'fault':'503','nth':'2'}]                        | Rule 1, field \"nth\": is \"2\", but must be a whole number",
                "[{'fault':'503','nth':null}]                       | Rule 1, field \"nth\": is null, but must be a whole number",
                "[{'fault':'503','nth':1,'every':2}]                | Rule 1, field \"every\": does not go with \"nth\"",
                "[{'fault':'503','nth':1,'times':2}]                | Rule 1, field \"times\": does not go with \"nth\"",
                "[{'fault':'503','from':5,'to':4}]                  | Rule 1, field \"to\": is 4, but must be a whole number of at least 5.",
                "[{'fault':'503','every':-1}]                       | Rule 1, field \"every\": is -1,",
                "[{'fault':'503','share':1.1}]                      | Rule 1, field \"share\": is 1.1, but must be a number from 0 to 1.",
                "[{'fault':'503','share':'half'}]                   | Rule 1, field \"share\": is \"half\",",
                "[{'fault':'503','times':0}]                        | Rule 1, field \"times\": is 0,",
                "[{'fault':'503','delay_ms':-5}]                    | Rule 1, field \"delay_ms\": is -5, but must be a whole number from 0 to 3600000.",
                "[{'fault':'delay'}]                                | Rule 1, field \"delay_ms\": is missing",
                "[{'fault':'503','second':5}]                       | Rule 1, field \"second\": means nothing to the fault \"503\".",
                "[{'fault':'503_bare','seconds':5}]                 | Rule 1, field \"seconds\": means nothing to the fault \"503_bare\".",
                "[{'fault':'429_date','seconds':100000}]            | Rule 1, field \"seconds\": is 100000, but must be a whole number from 0 to 86400.",
                "[{'fault':'402','credits_required':'9'}]           | Rule 1, field \"credits_required\": is \"9\", but must be a number of at least 0.",
                "[{'fault':'301','location':7}]                     | Rule 1, field \"location\": is 7, but must be a string.",
                "[{'fault':'301','location':'/a\\r\\nX-B: c'}]      | Rule 1, field \"location\": must be printable ASCII.",
                "[{'fault':'row_huge','rows':21}]                   | Rule 1, field \"rows\": is 21, but must be a whole number from 1 to 20.",
                "[{'fault':'truncated','keep_bytes':-1}]            | Rule 1, field \"keep_bytes\": is -1,",
                "[{'fault':'answer','status':101}]                  | Rule 1, field \"status\": is 101, but must be a whole number from 200 to 599.",
                "[{'fault':'answer','status':204,'body':'x'}]       | Rule 1, field \"body\": cannot go with status 204.",
                "[{'fault':'answer','headers':['x']}]               | Rule 1, field \"headers\": is [\"x\"], but must be an object of strings.",
                "[{'fault':'answer','headers':{'A b':'x'}}]         | Rule 1, field \"headers\": the header \"A b\" cannot be set.",
                "[{'fault':'answer','headers':{'Content-Length':'1'}}] | Rule 1, field \"headers\": the header \"Content-Length\" cannot be set.",
                "[{'fault':'answer','headers':{'A':'x\\ny'}}]       | Rule 1, field \"headers\": the value of \"A\" must be a string of printable ASCII.",
                "[{'fault':'no_cursor','on':'company'}]             | Rule 1, field \"on\": is \"company\", where \"no_cursor\" has nothing to strike.",
                "[{'fault':'row_bad_title','on':'jobs_expired'}]    | Rule 1, field \"on\": is \"jobs_expired\", where",
                "[{'fault':'row_bad_created_at','on':'career_sites_feed'}] | Rule 1, field \"on\": is \"career_sites_feed\", where",
            })
    void invalidScriptIsRejectedWithRuleAndField(String script, String message) throws Exception {
        String json = script == null ? "" : script.replace('\'', '"');

        assertThatThrownBy(() -> script(json))
                .isInstanceOf(FaultScriptException.class)
                .hasMessageContaining(message);
        HttpResponse<String> rejected = calls.send(calls.to("/sandbox/faults").POST(BodyPublishers.ofString(json)));
        assertThat(rejected.statusCode()).isEqualTo(400);
    }

    @Test
    void invalidScriptKeepsTheOldOne() throws Exception {
        calls.sandbox.faults(FaultRule.of(Fault.SERVER_ERROR));

        assertThatThrownBy(() ->
                        calls.sandbox.faults(FaultRule.of(Fault.SERVER_ERROR).seconds(3)))
                .isInstanceOf(FaultScriptException.class);
        HttpResponse<String> rejected =
                calls.send(calls.to("/sandbox/faults").POST(BodyPublishers.ofString("[{\"fault\":\"?\"}]")));

        assertThat(Calls.json(rejected).get("message").textValue()).startsWith("Rule 1, field \"fault\": is \"?\"");
        assertThat(faultedRequests(1)).hasSize(1);
    }

    @Test
    void adminRequestsSetListAndClearFaults() throws Exception {
        String rule = "{\"fault\":\"429\",\"on\":\"jobs_feed\",\"every\":2,\"seconds\":1}";
        assertThat(calls.send(calls.to("/sandbox/faults")).body()).isEqualTo("{\"rules\":[]}");

        HttpResponse<String> set =
                calls.send(calls.to("/sandbox/faults").POST(BodyPublishers.ofString("[" + rule + "]")));
        assertThat(set.statusCode()).isEqualTo(200);
        assertThat(set.body()).isEqualTo("{\"rules\":[{\"rule\":" + rule + ",\"seen\":0,\"struck\":0}]}");
        assertThat(faultedRequests(5)).containsExactly(2, 4);

        assertThat(calls.send(calls.to("/sandbox/faults")).body())
                .isEqualTo("{\"rules\":[{\"rule\":" + rule + ",\"seen\":5,\"struck\":2}]}");
        JsonNode requests = Calls.ok(calls.send(calls.to("/sandbox/requests"))).get("requests");
        assertThat(requests.get(0).get("fault").isNull()).isTrue();
        assertThat(requests.get(1).get("fault").textValue()).isEqualTo("429");

        assertThat(calls.send(calls.to("/sandbox/faults").DELETE()).body()).isEqualTo("{\"rules\":[]}");
        assertThat(faultedRequests(3)).isEmpty();
    }

    @Test
    void ruleOfATestEqualsARuleOfAScript() {
        FaultRule rule = FaultRule.answer(500, Map.of("X-A", "b"), "boom")
                .on(Endpoint.CAREER_SITES_FEED)
                .from(2)
                .to(9)
                .every(3)
                .share(0.5)
                .times(4)
                .delay(Duration.ofSeconds(1));

        assertThat(rule)
                .hasToString("{\"fault\":\"answer\",\"status\":500,\"headers\":{\"X-A\":\"b\"},\"body\":\"boom\","
                        + "\"on\":\"career_sites_feed\",\"from\":2,\"to\":9,\"every\":3,\"share\":0.5,\"times\":4,"
                        + "\"delay_ms\":1000}");
        assertThat(FaultRule.script("[" + rule + "]")).singleElement().hasToString(rule.toString());
    }
}
