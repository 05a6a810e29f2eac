package dev.jobfeed.console;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.persistence.SqlCatalog;
import dev.jobfeed.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** What an action of the console has to bring: the configured token, or one that was made and is kept as its hash. */
public final class AccessToken {

    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?::1]?");

    /** Shorter ones can be guessed. */
    private static final int SHORTEST = 16;

    private final JobfeedProperties settings;
    private final Tenant tenant;
    private final NamedParameterJdbcTemplate jdbc;
    private final Clock clock;

    /**
     * The token of a runtime.
     *
     * @param tenant the default tenant, in whose schema its hash is
     */
    public AccessToken(Tenant tenant, Clock clock) {
        this.settings = tenant.settings();
        this.tenant = tenant;
        this.jdbc = new NamedParameterJdbcTemplate(tenant.dataSource());
        this.clock = clock;
    }

    /** Why there are no actions; empty when there are. */
    public Optional<String> off() {
        Optional<String> configured = settings.text("jobfeed.http.token");
        if (configured.isPresent()) {
            return configured.get().length() >= SHORTEST
                    ? Optional.empty()
                    : Optional.of("jobfeed.http.token has fewer than " + SHORTEST + " characters.");
        }
        String host = settings.text("jobfeed.http.host").orElse("127.0.0.1");
        if (!LOOPBACK.matcher(host).matches()) {
            return Optional.of(
                    "jobfeed.http.host is " + host
                            + ", which others can reach, and jobfeed.http.token is not set. Set it (JOBFEED_HTTP_TOKEN, or JOBFEED_HTTP_TOKEN_FILE).");
        }
        return stored().isPresent()
                ? Optional.empty()
                : Optional.of("No token was made yet. A start makes one and logs it; or set jobfeed.http.token"
                        + " (JOBFEED_HTTP_TOKEN).");
    }

    /** Whether this is the token; takes as long whatever is wrong with it. */
    public boolean is(String given) {
        byte[] expected = settings.text("jobfeed.http.token")
                .map(AccessToken::hash)
                .or(this::stored)
                .orElseGet(() -> new byte[0]);
        return MessageDigest.isEqual(expected, hash(given));
    }

    /** Makes the first token, to be shown once; empty when one is configured, was made before, or none may be. */
    public Optional<String> first() {
        return settings.text("jobfeed.http.token").isEmpty()
                        && LOOPBACK.matcher(settings.text("jobfeed.http.host").orElse("127.0.0.1"))
                                .matches()
                        && stored().isEmpty()
                ? Optional.of(renew())
                : Optional.empty();
    }

    /** Makes another token, to be shown once; the one before is none any more. */
    public String renew() {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        tenant.transaction().executeWithoutResult(status -> {
            jdbc.update(SqlCatalog.text("console-token-delete", tenant.database()), Map.of());
            jdbc.update(
                    SqlCatalog.text("console-token-insert", tenant.database()),
                    Map.of("hash", hash(token), "at", OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS)));
        });
        return token;
    }

    private Optional<byte[]> stored() {
        return jdbc
                .query(SqlCatalog.text("console-token-read", tenant.database()), Map.of(), (row, i) -> row.getBytes(1))
                .stream()
                .findFirst();
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
