package dev.jobfeed.company;

import dev.jobfeed.feed.RecordParser;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/** Provides the steps that routes call for company profiles: bean {@code jobfeedCompanies}. */
public final class CompanyProfileService {

    private static final Logger LOG = LoggerFactory.getLogger(CompanyProfileService.class);

    /** Delay before a failed profile is fetched again, so that it does not block others. */
    private static final Duration RETRY_DELAY = Duration.ofHours(1);

    /** Pause after a failure that would affect the next company, too. */
    private static final Duration FAILURE_PAUSE = Duration.ofMinutes(5);

    private static final String STREAM = "companies";

    private final TenantRegistry tenants;
    private final Clock clock;
    private final Map<String, Instant> notBefore = new ConcurrentHashMap<>();

    public CompanyProfileService(TenantRegistry tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /**
     * Returns an id that is safe as a part of a path.
     *
     * @throws IllegalArgumentException when it is not a UUID
     */
    public String id(String body) {
        return RecordParser.uuid(String.valueOf(body).strip())
                .orElseThrow(() ->
                        new IllegalArgumentException("'" + body + "' is not the id of a company, which is a UUID."))
                .toString();
    }

    /** Returns whether no failure has paused fetching. */
    public boolean isActive(Exchange exchange) {
        String tenant = tenants.forExchange(exchange).name();
        return !clock.instant().isBefore(notBefore.getOrDefault(tenant, Instant.MIN));
    }

    /** Returns the parameters of {@code company-claim}. */
    public Map<String, Object> times() {
        OffsetDateTime now = now();
        return Map.of("now", now, "retry_at", now.plus(RETRY_DELAY));
    }

    /**
     * Returns whether the details URL of a company is on another host than the API.
     *
     * @param company row of {@code company-claim}; nullable
     */
    public boolean isElsewhere(Exchange exchange, Map<String, Object> company) {
        if (company == null || isAtJobo(tenants.forExchange(exchange), (String) company.get("details_url"))) {
            return false;
        }
        LOG.warn("The profile of company {} is on another host; the key is not sent there", company.get("id"));
        return true;
    }

    /**
     * Returns the id of a company.
     *
     * @param company row of {@code company-claim}; nullable
     * @return null without a company
     */
    public String idOf(Map<String, Object> company) {
        return company == null ? null : company.get("id").toString();
    }

    private static boolean isAtJobo(Tenant tenant, String detailsUrl) {
        if (detailsUrl == null) {
            return true;
        }
        try {
            URI base = URI.create(tenant.settings().jobo().baseUrl());
            URI details = base.resolve(detailsUrl);
            return base.getScheme().equals(details.getScheme())
                    && base.getHost().equalsIgnoreCase(details.getHost())
                    && port(base) == port(details);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static int port(URI uri) {
        return uri.getPort() == -1 ? uri.getScheme().equals("https") ? 443 : 80 : uri.getPort();
    }

    /** Clears the alerts of earlier failures. */
    public void fetched(Exchange exchange) {
        tenants.forExchange(exchange).alerts().clearAll(STREAM);
    }

    /** Raises an alert and pauses fetching, because the cause would affect the next company, too. */
    public void failed(Exchange exchange) {
        if (exchange.getContext().isStopping()) {
            return;
        }
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Tenant tenant = tenants.forExchange(exchange);
        notBefore.put(tenant.name(), clock.instant().plus(FAILURE_PAUSE));
        Problem failure = ProblemTranslator.of(thrown, 0);
        LOG.warn("No company profile is fetched for {} min. {}", FAILURE_PAUSE.toMinutes(), failure.text());
        tenant.alerts().raise(STREAM, failure);
        tenant.alerts().clearAllBut(STREAM, failure.condition()::equals);
    }

    /**
     * Returns the parameters of {@code company-store}.
     *
     * @param profile the profile as JSON; null when the company has none
     */
    public SqlParameterSource profile(String id, String profile) {
        return new MapSqlParameterSource("id", UUID.fromString(id))
                .addValue("profile", profile)
                .addValue("now", now());
    }

    private OffsetDateTime now() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
    }
}
