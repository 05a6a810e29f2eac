package dev.jobfeed.company;

import dev.jobfeed.feed.RecordParser;
import dev.jobfeed.persistence.CompanyRepository;
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
                .orElseThrow(
                        () -> new IllegalArgumentException("A company's id is a UUID, and '" + body + "' is none."))
                .toString();
    }

    /**
     * Returns the id of the company to fetch next, or null. A company whose details URL is on another host is skipped.
     */
    public String next(Exchange exchange) {
        Tenant tenant = tenants.forExchange(exchange);
        if (clock.instant().isBefore(notBefore.getOrDefault(tenant.name(), Instant.MIN))) {
            return null;
        }
        CompanyRepository store = tenant.companies();
        OffsetDateTime now = now();
        CompanyRepository.Candidate candidate = store.next(now).orElse(null);
        if (candidate == null) {
            return null;
        }
        if (!isAtJobo(tenant, candidate.detailsUrl())) {
            LOG.warn("The profile of company {} is on another host; the key is not sent there", candidate.id());
            store.reschedule(candidate.id(), null);
            return null;
        }
        boolean claimed = store.claim(candidate.id(), now, now.plus(RETRY_DELAY));
        return claimed ? candidate.id().toString() : null;
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

    /** Stores a profile, or that there is none, and returns it. */
    public String store(Exchange exchange, String id, String profile) {
        tenants.forExchange(exchange).companies().store(UUID.fromString(id), profile, now());
        return profile;
    }

    private OffsetDateTime now() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
    }
}
