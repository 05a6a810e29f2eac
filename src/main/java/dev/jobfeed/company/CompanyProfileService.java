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
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps around company profiles that routes call: bean {@code jobfeedCompanies}. */
public final class CompanyProfileService {

    private static final Logger LOG = LoggerFactory.getLogger(CompanyProfileService.class);

    /** A company whose profile could not be fetched steps back, so that it holds up no other. */
    private static final Duration STEP_BACK = Duration.ofHours(1);

    /** After a refusal that the next company would meet too. */
    private static final Duration FOR_A_PERSON = Duration.ofMinutes(5);

    private static final String STREAM = "companies";

    private final TenantRegistry tenants;
    private final Clock clock;
    private final Map<String, Instant> notBefore = new ConcurrentHashMap<>();

    public CompanyProfileService(TenantRegistry tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /**
     * An id that is safe to be a part of a path.
     *
     * @throws IllegalArgumentException when it is no UUID
     */
    public String id(String body) {
        return RecordParser.uuid(String.valueOf(body).strip())
                .orElseThrow(
                        () -> new IllegalArgumentException("A company's id is a UUID, and '" + body + "' is none."))
                .toString();
    }

    /** The id of the company to be fetched next, or null; one that is told to be on another host is passed over. */
    public String next(Exchange exchange) {
        Tenant tenant = tenants.forExchange(exchange);
        if (clock.instant().isBefore(notBefore.getOrDefault(tenant.name(), Instant.MIN))) {
            return null;
        }
        CompanyRepository store = tenant.companies();
        OffsetDateTime now = now();
        CompanyRepository.Candidate wanted = store.next(now).orElse(null);
        if (wanted == null) {
            return null;
        }
        if (!isAtJobo(tenant, wanted.detailsUrl())) {
            LOG.warn("The profile of company {} is on another host; the key is not sent there", wanted.id());
            store.reschedule(wanted.id(), null);
            return null;
        }
        boolean taken = store.claim(wanted.id(), now, now.plus(STEP_BACK));
        return taken ? wanted.id().toString() : null;
    }

    private static boolean isAtJobo(Tenant tenant, String detailsUrl) {
        if (detailsUrl == null) {
            return true;
        }
        try {
            URI base = URI.create(tenant.settings().baseUrl());
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

    /** Ends what was said of a failure. */
    public void fetched(Exchange exchange) {
        tenants.forExchange(exchange).alerts().clearAllBut(STREAM, Set.of());
    }

    /** Raises an alert, and asks for no other company for a while: what stopped this one would stop the next, too. */
    public void failed(Exchange exchange) {
        if (exchange.getContext().isStopping()) {
            return;
        }
        Throwable thrown = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Tenant tenant = tenants.forExchange(exchange);
        notBefore.put(tenant.name(), clock.instant().plus(FOR_A_PERSON));
        Problem failure = ProblemTranslator.of(thrown, 0);
        LOG.warn("No company profile is fetched for {} min. {}", FOR_A_PERSON.toMinutes(), failure.text());
        tenant.alerts().raise(STREAM, failure.condition(), failure.message(), failure.remedy());
        tenant.alerts().clearAllBut(STREAM, Set.of(failure.condition()));
    }

    /** Keeps a profile, or that there is none, and hands it on. */
    public String store(Exchange exchange, String id, String profile) {
        tenants.forExchange(exchange).companies().store(UUID.fromString(id), profile, now());
        return profile;
    }

    private OffsetDateTime now() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
    }
}
