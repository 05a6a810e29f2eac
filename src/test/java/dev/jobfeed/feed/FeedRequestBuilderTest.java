package dev.jobfeed.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedRequestBuilderTest {

    private static final String LOCATIONS = "jobo.jobs.filter.locations";
    private static final String SOURCES = "jobo.jobs.filter.sources";
    private static final String WORK_MODELS = "jobo.jobs.filter.work_models";
    private static final String EMPLOYMENT_TYPES = "jobo.jobs.filter.employment_types";
    private static final String EXPERIENCE_LEVELS = "jobo.jobs.filter.experience_levels";
    private static final String WATERMARK_PARAMETER = "jobo.jobs.watermark-parameter";
    private static final String BATCH_SIZE = "jobo.jobs.batch-size";

    private static final Map<String, String> ALL = Map.of(
            LOCATIONS, "[{\"country\":\"Germany\"},{\"country\":\"United States\",\"region\":\"California\"}]",
            SOURCES, "ashby,lever_co",
            WORK_MODELS, "hybrid,remote",
            EMPLOYMENT_TYPES, "contract,full-time",
            EXPERIENCE_LEVELS, "entry,senior");

    @Test
    void wholeFeedIsRequestedWithoutFilters() throws IOException {
        assertThat(json(filters(Map.of()).request(null, null))).isEqualTo(json("{\"batch_size\":1000}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jobo.jobs.filter.work_models[0]",
                "jobo.jobs.filter.work-models",
                "jobo.jobs.filter.work-models[0]",
                "jobo.jobs.filter.locations[0].country"
            })
    void filterInAnotherFormIsUsed(String property) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> filters(Map.of(property, "remote")))
                .withMessageContainingAll(property, "is not a filter", "Set jobo.jobs.filter.");
    }

    @Test
    void continuationRepeatsFiltersWindowAndBatchSize() throws IOException {
        FeedRequestBuilder filters = filters(with(ALL, Map.of(BATCH_SIZE, "50")));

        String request = filters.request(OffsetDateTime.parse("2026-11-10T12:00:00.123456+02:00"), "c");

        assertThat(json(request)).isEqualTo(json("""
                {"locations":[{"country":"Germany"},{"country":"United States","region":"California"}],
                 "sources":["ashby","lever_co"],"work_models":["hybrid","remote"],
                 "employment_types":["contract","full-time"],"experience_levels":["entry","senior"],
                 "batch_size":50,"posted_after":"2026-11-10T10:00:00.123456Z","cursor":"c"}"""));
    }

    @Test
    void windowUsesTheConfiguredParameter() throws IOException {
        FeedRequestBuilder filters = filters(Map.of(WATERMARK_PARAMETER, "updated_after"));

        assertThat(json(filters.request(OffsetDateTime.parse("2026-11-10T12:00:00Z"), null)))
                .isEqualTo(json("""
                {"batch_size":1000,"updated_after":"2026-11-10T12:00:00Z"}"""));
    }

    @Test
    void fingerprintIsIndependentOfTheNotation() {
        Map<String, String> equivalentFilters = Map.of(
                LOCATIONS, "[ {\"region\":\"California\", \"country\":\"United States\"}, {\"country\":\"Germany\"} ]",
                SOURCES, " lever_co , ashby,",
                WORK_MODELS, "remote,hybrid",
                EMPLOYMENT_TYPES, "full-time,contract",
                EXPERIENCE_LEVELS, "senior,,entry",
                BATCH_SIZE, "10");

        assertThat(filters(equivalentFilters).fingerprint())
                .isEqualTo(filters(ALL).fingerprint());
    }

    @Test
    void fingerprintChangesWithEveryFilterAndTheWatermarkParameter() {
        Stream<Map<String, String>> changes = Stream.of(
                Map.of(),
                Map.of(WATERMARK_PARAMETER, "updated_after"),
                Map.of(LOCATIONS, "[{\"country\":\"France\"}]"),
                Map.of(SOURCES, "ashby"),
                Map.of(WORK_MODELS, "remote"),
                Map.of(EMPLOYMENT_TYPES, "contract"),
                Map.of(EXPERIENCE_LEVELS, "entry"));

        assertThat(changes.map(change -> filters(with(ALL, change)).fingerprint()))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Germany",
                "{\"country\":\"Germany\"}",
                "[{\"country\":\"Germany\"}",
                "[{\"country\":\"Germany\"}],[{\"country\":\"France\"}]",
                "[]"
            })
    void locationsWithoutAJsonArrayAreRejected(String value) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> filters(Map.of(LOCATIONS, value)))
                .withMessage(LOCATIONS + " is '" + value
                        + "'; it takes the API's JSON, such as [{\"country\":\"Germany\"}].");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"Germany\"", "'[{\"country\":\"Germany\"}]'"})
    void locationsInQuotesAreRejected(String value) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> filters(Map.of(LOCATIONS, value)))
                .withMessage(LOCATIONS + " is in quotes. Write the value without them.");
    }

    private static FeedRequestBuilder filters(Map<String, String> properties) {
        return FeedRequestBuilder.of(
                FeedDefinition.JOBS, JobfeedProperties.over(name -> Optional.ofNullable(properties.get(name))));
    }

    private static Map<String, String> with(Map<String, String> properties, Map<String, String> changes) {
        Map<String, String> all = new HashMap<>(properties);
        all.putAll(changes);
        return all;
    }

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text);
    }
}
