package dev.jobfeed.sync;

import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.persistence.StreamStateRepository;
import dev.jobfeed.tenant.Tenant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Binds a stream's store to its origin: one server, environment and tenant. A store without rows is not bound. */
public final class OriginGuard {

    private OriginGuard() {}

    /**
     * Explains why a stream's store does not fit the settings; empty if it fits or has no rows.
     *
     * @throws dev.jobfeed.config.ConfigurationException if there is no API key
     */
    public static Optional<String> mismatch(Tenant tenant, String stream) {
        StreamState state = tenant.states().get(stream);
        return mismatch(tenant, state).filter(reason -> !tenant.states().isEmpty(stream));
    }

    /**
     * Binds a store that is unbound or empty to the origin in the settings.
     *
     * @return false if the state that another server had left in an empty store was removed, so that the state must be
     *     read again
     * @throws StoreOriginMismatchException if the store has rows of another origin
     */
    static boolean bind(Tenant tenant, StreamState state) {
        Optional<String> mismatch = mismatch(tenant, state);
        if (state.originBaseUrl() != null && mismatch.isEmpty()) {
            return true;
        }
        StreamStateRepository states = tenant.states();
        if (mismatch.isPresent()) {
            if (!states.isEmpty(state.stream())) {
                throw new StoreOriginMismatchException(mismatch.get());
            }
            if (state.openRunId() != null) {
                tenant.runs()
                        .closeFailed(
                                tenant.runs().run(state.openRunId()),
                                "Closed without a row, because jobo.base-url or the key's environment (live, test)"
                                        + " has changed.",
                                OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS));
            }
            states.forgetTimes(state.stream());
        }
        states.setOrigin(
                state.stream(),
                tenant.settings().jobo().baseUrl(),
                tenant.settings().jobo().apiKeyEnvironment(),
                tenant.name());
        return mismatch.isEmpty();
    }

    private static Optional<String> mismatch(Tenant tenant, StreamState state) {
        if (state.originTenant() != null && !state.originTenant().equals(tenant.name())) {
            return Optional.of("This schema holds the feed of " + Tenant.describe(state.originTenant())
                    + ", and not that of " + Tenant.describe(tenant.name())
                    + ". One schema holds one feed; set jobfeed.datasource.schema to another.");
        }
        if (state.originBaseUrl() == null) {
            return Optional.empty();
        }
        String baseUrl = tenant.settings().jobo().baseUrl();
        String environment = tenant.settings().jobo().apiKeyEnvironment();
        return state.originBaseUrl().equals(baseUrl)
                        && state.originEnvironment().equals(environment)
                ? Optional.empty()
                : Optional.of(
                        "This store was filled from " + state.originBaseUrl() + " with a key of the "
                                + state.originEnvironment() + " environment; now jobo.base-url is " + baseUrl
                                + " and the key is of the " + environment
                                + " environment. Correct the setting that is wrong, or use another database or schema (jobfeed.datasource.url, jobfeed.datasource.schema).");
    }
}
