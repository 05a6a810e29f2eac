package dev.jobfeed;

import dev.jobfeed.feed.RowReader;
import dev.jobfeed.store.CompanyStore;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps around company profiles that routes call: bean {@code jobfeedCompanies}. */
public final class Companies {

    private static final Logger LOG = LoggerFactory.getLogger(Companies.class);

    /** A company whose profile could not be fetched steps back, so that it holds up no other. */
    private static final Duration STEP_BACK = Duration.ofHours(1);

    private final Settings settings;
    private final CompanyStore store;
    private final Clock clock;

    public Companies(Settings settings, CompanyStore store, Clock clock) {
        this.settings = settings;
        this.store = store;
        this.clock = clock;
    }

    /**
     * An id that is safe to be a part of a path.
     *
     * @throws IllegalArgumentException when it is no UUID
     */
    public String id(String body) {
        return RowReader.uuid(String.valueOf(body).strip())
                .orElseThrow(
                        () -> new IllegalArgumentException("A company's id is a UUID, and '" + body + "' is none."))
                .toString();
    }

    /** The id of the company to be fetched next, or null; one that is told to be on another host is passed over. */
    public String next() {
        OffsetDateTime now = now();
        CompanyStore.Wanted wanted = store.next(now).orElse(null);
        if (wanted == null) {
            return null;
        }
        if (!isAtJobo(wanted.detailsUrl())) {
            LOG.warn("The profile of company {} is on another host; the key is not sent there", wanted.id());
            store.postpone(wanted.id(), null);
            return null;
        }
        store.postpone(wanted.id(), now.plus(STEP_BACK));
        return wanted.id().toString();
    }

    private boolean isAtJobo(String detailsUrl) {
        if (detailsUrl == null) {
            return true;
        }
        try {
            URI base = URI.create(settings.baseUrl());
            URI details = base.resolve(detailsUrl);
            return base.getScheme().equals(details.getScheme())
                    && base.getHost().equalsIgnoreCase(details.getHost())
                    && base.getPort() == details.getPort();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Keeps a profile, or that there is none, and hands it on. */
    public String store(String id, String profile) {
        store.store(UUID.fromString(id), profile, now());
        return profile;
    }

    private OffsetDateTime now() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
    }
}
