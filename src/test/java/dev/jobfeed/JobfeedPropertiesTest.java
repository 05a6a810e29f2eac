package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.tenant.PropertiesCheck;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobfeedPropertiesTest {

    @Test
    void unsetPropertyHasItsDefault() {
        JobfeedProperties settings = settings(Map.of());

        assertThat(settings.jobo().baseUrl()).isEqualTo("https://connect.jobo.world");
        assertThat(FeedDefinition.JOBS.batchSize(settings)).isEqualTo(1000);
        assertThat(settings.jobsWatermarkParameter()).isEqualTo("posted_after");
        assertThat(settings.sync().expiredBatchSize()).isEqualTo(10_000);
        assertThat(settings.sync().overlap()).isEqualTo(Duration.ofMinutes(15));
        assertThat(settings.sync().lease()).isEqualTo(Duration.ofMinutes(1));
        assertThat(settings.database().schema()).isEmpty();
        assertThat(settings.database().migrate()).isTrue();
        assertThat(settings.flag("jobfeed.jobs.enabled")).isTrue();
    }

    @Test
    void tenantPropertyOverridesTheGeneralOne() {
        JobfeedProperties all = settings(Map.of(
                "jobo.jobs.batch-size", "500",
                "acme.jobo.jobs.batch-size", "20",
                "jobo.jobs.filter.sources", "ashby",
                "acme.jobo.jobs.filter.sources", ""));

        assertThat(FeedDefinition.JOBS.batchSize(all)).isEqualTo(500);
        assertThat(FeedDefinition.JOBS.batchSize(all.of("acme"))).isEqualTo(20);
        assertThat(FeedDefinition.JOBS.batchSize(all.of("globex"))).isEqualTo(500);
        assertThat(all.of("acme").text("jobo.jobs.filter.sources")).isEmpty();
        assertThat(all.of("acme").isOwn("jobo.jobs.batch-size")).isTrue();
        assertThat(all.of("globex").isOwn("jobo.jobs.batch-size")).isFalse();
    }

    @Test
    void errorNamesItsProperty() {
        JobfeedProperties all = settings(Map.of("jobo.overlap", "long", "acme.jobo.jobs.batch-size", "0"));

        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> FeedDefinition.JOBS.batchSize(all.of("acme")))
                .withMessageStartingWith("acme.jobo.jobs.batch-size is '0'");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> all.of("acme").sync().overlap())
                .withMessageStartingWith("jobo.overlap is 'long'");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> all.of("acme").jobo().apiKey())
                .withMessageContaining("ACME_JOBO_API_KEY");
    }

    /** Lists properties that accept any text: names, secrets, paths and filter lists. */
    private static final String FREE = "jobo\\.(jobs|career-sites)\\.filter\\.(?!locations|founded_after|is_agency).*"
            + "|.*(api-key|token|secret|password|-file|username|trust-store)|jobfeed\\.http\\.hosts?"
            + "|jobfeed\\.datasource\\.(url|schema|bean)";

    @Test
    void everyTypedPropertyIsValidatedAtStart() {
        for (String property : JobfeedProperties.defaults().keySet()) {
            if (!property.matches(FREE)) {
                assertThatExceptionOfType(ConfigurationException.class)
                        .as(property)
                        .isThrownBy(() -> PropertiesCheck.check(settings(Map.of(property, "!nonsense"))))
                        .withMessageStartingWith(property + " is '!nonsense'; it takes ");
            }
        }
        PropertiesCheck.check(settings(Map.of()));
    }

    @Test
    void allInvalidPropertiesAreReportedTogether() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> PropertiesCheck.check(
                        settings(Map.of("jobfeed.jobs.schedule", "hourly", "jobo.overlap", "long"))))
                .withMessageContaining("jobfeed.jobs.schedule is 'hourly'")
                .withMessageContaining("jobo.overlap is 'long'");
    }

    @ParameterizedTest
    @CsvSource({
        "jobo.jobs.batch-size, 1",
        "jobo.jobs.batch-size, 1000",
        "jobo.expired.batch-size, 10000",
        "jobo.expired.batch-size, ' 7 '"
    })
    void numberInItsRangeIsAccepted(String property, String value) {
        assertThat(read(property, value)).hasToString(value.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1001", "-1", "1e2", "ten", "9999999999"})
    void invalidBatchSizeIsRejected(String value) {
        assertRefused("jobo.jobs.batch-size", value, "a whole number from 1 to 1000");
    }

    @ParameterizedTest
    @CsvSource({
        "jobo.expired.batch-size, 10001, a whole number from 1 to 10000",
        "jobo.jobs.watermark-parameter, created_after, posted_after or updated_after",
        "jobfeed.datasource.migrate, yes, true or false",
        "jobfeed.datasource.migrate, TRUE, true or false"
    })
    void invalidEnumerationValueIsRejected(String property, String value, String expected) {
        assertRefused(property, value, expected);
    }

    @ParameterizedTest
    @CsvSource({
        "90s, PT1M30S",
        "15m, PT15M",
        "1h30m, PT1H30M",
        "1d, PT24H",
        "1d2h3m4s5ms, PT26H3M4.005S",
        "1h5ms, PT1H0.005S",
        "500ms, PT0.5S",
        "250, PT0.25S",
        "0s, PT0S"
    })
    void durationHasDescendingUnitsOrIsInMilliseconds(String value, Duration duration) {
        assertThat(read("jobo.overlap", value)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "soon",
                "-5m",
                "-1",
                "PT15M",
                "15M",
                "5x",
                "s",
                "1.5h",
                "1h 30m",
                "30s15",
                "5m1h",
                "9999999999999999h"
            })
    void invalidDurationIsRejected(String value) {
        assertRefused("jobo.overlap", value, "a duration such as 90s, 15m or 1h");
    }

    @ParameterizedTest
    @CsvSource({
        "https://connect.jobo.world/, https://connect.jobo.world",
        "HTTPS://Connect.Jobo.World:443//, https://connect.jobo.world",
        "http://localhost:80, http://localhost",
        "https://localhost:80, https://localhost:80",
        "http://127.0.0.1:8080/Jobo/, http://127.0.0.1:8080/Jobo",
        "http://[::1]:8080, http://[::1]:8080"
    })
    void baseUrlIsNormalized(String value, String baseUrl) {
        assertThat(read("jobo.base-url", value)).isEqualTo(baseUrl);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connect.jobo.world",
                "connect.jobo.world:443",
                "//connect.jobo.world",
                "ftp://connect.jobo.world",
                "https:///api",
                "https:connect.jobo.world",
                "https://connect jobo.world"
            })
    void invalidBaseUrlIsRejected(String value) {
        assertRefused("jobo.base-url", value, "an address such as https://connect.jobo.world");
    }

    @ParameterizedTest
    @CsvSource({
        "https://connect.jobo.world?key=s3cret, https://connect.jobo.world?...",
        "https://s3cret@connect.jobo.world, https://...@connect.jobo.world",
        "https://me:s3cret@connect.jobo.world/?key=s3cret, https://...@connect.jobo.world/?...",
        "https://me:s3cret@@connect.jobo.world, https://...@connect.jobo.world",
        "'https://me:s3cret @connect.jobo.world', https://...@connect.jobo.world",
        "me:s3cret@connect.jobo.world, me:...@connect.jobo.world"
    })
    void secretsInABaseUrlAreNotPrinted(String value, String expected) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> read("jobo.base-url", value))
                .withMessageStartingWith("jobo.base-url is '" + expected + "'")
                .withMessageContaining("https://connect.jobo.world")
                .satisfies(refusal -> assertThat(stackTrace(refusal)).doesNotContain("s3cret"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"jbe_test_s3cret\nX-Other: 1", "jbe_test_s3cret\r", "jbe_test s3cret", "jbe_test_s3cret\u00e9"})
    void keyInvalidInAHeaderIsRejectedWithoutPrintingIt(String key) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(
                        () -> settings(Map.of("jobo.api-key", key + "x")).jobo().apiKey())
                .withMessageStartingWith("jobo.api-key has " + (key.length() + 1) + " characters, and number ")
                .satisfies(refusal -> assertThat(stackTrace(refusal)).doesNotContain("s3cret"));
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgres://db/jobs?password=s3cret, jdbc:postgres://db/jobs?...",
        "jdbc:postgresql://me:s3cret@db/jobs, jdbc:...@db/jobs",
        "postgresql://me:s3cret@db/jobs, postgresql://...@db/jobs",
        "h2:./jobs;PASSWORD=s3cret, h2:./jobs;..."
    })
    void secretsInADatabaseUrlAreNotPrinted(String value, String expected) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> settings(Map.of("jobfeed.datasource.url", value))
                        .database()
                        .url())
                .withMessageStartingWith("jobfeed.datasource.url is '" + expected + "'")
                .withMessageContaining("jdbc:postgresql://")
                .satisfies(refusal -> assertThat(stackTrace(refusal)).doesNotContain("s3cret"));
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://db/jobs?user=me@tenant&password=s3cret, jdbc:postgresql://db/jobs",
        "jdbc:postgresql:jobs, jdbc:postgresql:jobs",
        "jdbc:h2:file:./data/jobfeed;PASSWORD=s3cret, jdbc:h2:file:./data/jobfeed"
    })
    void databaseUrlIsPrintedWithoutItsOptions(String value, String printed) {
        assertThat(settings(Map.of("jobfeed.datasource.url", value)).database().printableUrl())
                .isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"60", "999", "0s", "61s", "1h"})
    void tooShortOrTooLongLeaseIsRejected(String value) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(
                        () -> settings(Map.of("jobfeed.lease", value)).sync().lease())
                .withMessageStartingWith("jobfeed.lease is '" + value + "'")
                .withMessageContainingAll("1s to 60s", "without a unit", "milliseconds");
    }

    @Test
    void trailingLineBreakOfAKeyIsRemoved() {
        assertThat(settings(Map.of("jobo.api-key", "jbe_test_abc\n")).jobo().apiKey())
                .isEqualTo("jbe_test_abc");
    }

    @Test
    void requiredPropertyCannotBeBlank() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> read("jobo.overlap", " "))
                .withMessageContainingAll("jobo.overlap is empty", "duration", "15m");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> settings(Map.of()).jobo().apiKey())
                .withMessageContainingAll("jobo.api-key is not set", "JOBO_API_KEY");
    }

    @ParameterizedTest
    @CsvSource({"jbe_live_abc, live", "jbe_test_abc, test", "jbe_abc, unknown", "JBE_LIVE_abc, unknown"})
    void keyShowsItsEnvironment(String key, String environment) {
        assertThat(settings(Map.of("jobo.api-key", key)).jobo().apiKeyEnvironment())
                .isEqualTo(environment);
    }

    @ParameterizedTest
    @CsvSource({
        "jobo.base-url, JOBO_BASE_URL",
        "jobo.jobs.filter.work_models, JOBO_JOBS_FILTER_WORK_MODELS",
        "jobfeed.datasource.url, JOBFEED_DATASOURCE_URL"
    })
    void everyPropertyHasItsEnvironmentVariable(String property, String variable) {
        assertThat(JobfeedProperties.environmentVariable(property)).isEqualTo(variable);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {"jobo.jobs.filter.sources, \"ashby\"", "jobo.overlap, '15m'", "jobo.base-url, \"http://localhost\""
            })
    void valueInQuotesIsRejectedAtStart(String property, String value) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> PropertiesCheck.check(settings(Map.of(property, value))))
                .withMessageStartingWith(property + " is in quotes");
    }

    @Test
    void secretInQuotesIsRejectedWithoutPrintingIt() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> settings(Map.of("acme.jobo.api-key", "\"jbe_test_s3cret\""))
                        .of("acme")
                        .jobo()
                        .apiKey())
                .withMessageStartingWith("acme.jobo.api-key is in quotes.")
                .withMessageContaining("acme.jobo.api-key-file")
                .satisfies(refusal -> assertThat(stackTrace(refusal)).doesNotContain("s3cret"));
    }

    @Test
    void unparsableValueIsRejected() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> PropertiesCheck.check(
                        settings(Map.of("jobo.jobs.filter.locations", "[{\"city\":\"M\uFFFD\uFFFDnchen\"}]"))))
                .withMessageStartingWith("jobo.jobs.filter.locations has characters that are not UTF-8")
                .withMessageContaining("LC_ALL=C.UTF-8");
    }

    @ParameterizedTest
    @CsvSource({
        "http://jobo_api, http://jobo_api",
        "https://jobo.my_net:8443/api, https://jobo.my_net:8443/api",
        "https://me:s3cret@jobo_api/, https://...@jobo_api/"
    })
    void underscoreInAHostIsNamedAsTheReason(String value, String expected) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> read("jobo.base-url", value))
                .withMessageStartingWith("jobo.base-url is '" + expected + "'; its host has an underscore");
    }

    private static void assertRefused(String property, String value, String expected) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> read(property, value))
                .withMessage(property + " is '" + value + "'; it takes " + expected + ".");
    }

    private static Object read(String property, String value) {
        Function<JobfeedProperties, Object> reader =
                switch (property) {
                    case "jobo.base-url" -> settings -> settings.jobo().baseUrl();
                    case "jobo.jobs.batch-size" -> FeedDefinition.JOBS::batchSize;
                    case "jobo.jobs.watermark-parameter" -> JobfeedProperties::jobsWatermarkParameter;
                    case "jobo.expired.batch-size" ->
                        settings -> settings.sync().expiredBatchSize();
                    case "jobo.overlap" -> settings -> settings.sync().overlap();
                    case "jobfeed.datasource.migrate" ->
                        settings -> settings.database().migrate();
                    default -> throw new IllegalArgumentException(property);
                };
        return reader.apply(settings(Map.of(property, value)));
    }

    private static String stackTrace(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }

    private static JobfeedProperties settings(Map<String, String> properties) {
        return JobfeedProperties.over(name -> Optional.ofNullable(properties.get(name)));
    }
}
