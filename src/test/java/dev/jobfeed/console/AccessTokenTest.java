package dev.jobfeed.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.lease.LeaseOwner;
import dev.jobfeed.metrics.MetricsRecorder;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.camel.impl.DefaultCamelContext;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Tests when a token is generated, and which one is valid. */
class AccessTokenTest {

    private static final String CONFIGURED = "a-token-of-20-letters";

    private final Map<String, String> properties = new HashMap<>();
    private final JdbcDataSource database = new JdbcDataSource();
    private AccessToken token;

    @BeforeEach
    void createTables() throws Exception {
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        Dialect.of(database).prepare(database, Optional.empty(), true);
        Tenant tenant = Tenant.over(
                "",
                JobfeedProperties.over(name -> Optional.ofNullable(properties.get(name))),
                database,
                LeaseOwner.currentProcess(),
                null,
                Clock.systemUTC(),
                MetricsRecorder.in(new DefaultCamelContext()));
        token = new AccessToken(tenant, Clock.systemUTC());
    }

    @Test
    void firstTokenIsShownOnceAndStoredAsAHash() {
        assertThat(token.off()).get().asString().contains("No token was made yet");
        assertThat(token.is("")).isFalse();

        String first = token.first().orElseThrow();

        assertThat(token.first()).isEmpty();
        assertThat(token.off()).isEmpty();
        assertThat(token.is(first)).isTrue();
        assertThat(token.is(first + "x")).isFalse();
        assertThat(new JdbcTemplate(database)
                        .queryForList("SELECT * FROM console_token")
                        .toString())
                .doesNotContain(first);
    }

    @Test
    void anotherTokenReplacesThePreviousOne() {
        String first = token.first().orElseThrow();

        String second = token.renew();

        assertThat(token.is(second)).isTrue();
        assertThat(token.is(first)).isFalse();
    }

    @Test
    void configuredTokenTakesPrecedence() {
        String stored = token.first().orElseThrow();
        properties.put("jobfeed.http.token", CONFIGURED);

        assertThat(token.is(CONFIGURED)).isTrue();
        assertThat(token.is(stored)).isFalse();
        assertThat(token.off()).isEmpty();
    }

    @Test
    void configuredTokenIsNotReplacedByAGeneratedOne() {
        properties.put("jobfeed.http.token", CONFIGURED);

        assertThat(token.first()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,true",
        "127.1.2.3,true",
        "localhost,true",
        "::1,true",
        "[::1],true",
        "0.0.0.0,false",
        "10.0.0.1,false",
        "localhost.example.com,false"
    })
    void onlyALocalServerGeneratesAToken(String host, boolean generates) {
        properties.put("jobfeed.http.host", host);

        assertThat(token.first().isPresent()).isEqualTo(generates);
        assertThat(token.off().isEmpty()).isEqualTo(generates);
    }

    @ParameterizedTest
    @CsvSource({"15-letters-long,false", "16-letters--long,true"})
    void configuredTokenHasAMinimumLength(String configured, boolean accepted) {
        properties.put("jobfeed.http.token", configured);

        assertThat(token.off().isEmpty()).isEqualTo(accepted);
    }
}
