package dev.jobfeed.console;

import dev.jobfeed.config.ConsoleSettings;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;

/** The token that console actions require: the configured one, or a generated one that is stored as a hash. */
public final class AccessToken {

    /** Minimum length in characters; shorter tokens can be guessed. */
    private static final int MIN_LENGTH = 16;

    private final ConsoleSettings settings;
    private final Tenant tenant;
    private final Clock clock;

    /**
     * Creates the token of a runtime.
     *
     * @param tenant default tenant, whose schema stores the hash
     */
    public AccessToken(Tenant tenant, Clock clock) {
        this.settings = tenant.settings().console();
        this.tenant = tenant;
        this.clock = clock;
    }

    /** Returns why actions are disabled; empty if they are enabled. */
    public Optional<String> off() {
        Optional<String> configured = settings.token();
        if (configured.isPresent()) {
            return configured.get().length() >= MIN_LENGTH
                    ? Optional.empty()
                    : Optional.of("jobfeed.http.token has fewer than " + MIN_LENGTH + " characters.");
        }
        String host = settings.host();
        if (!JobfeedProperties.isLoopback(host)) {
            return Optional.of(
                    "jobfeed.http.host is " + host
                            + ", which others can reach, and jobfeed.http.token is not set. Set it (JOBFEED_HTTP_TOKEN, or JOBFEED_HTTP_TOKEN_FILE).");
        }
        return stored().isPresent()
                ? Optional.empty()
                : Optional.of("No token was made yet. A start makes one and logs it; or set jobfeed.http.token"
                        + " (JOBFEED_HTTP_TOKEN).");
    }

    /** Returns whether a text is the token, in constant time. */
    public boolean is(String given) {
        byte[] expected =
                settings.token().map(AccessToken::hash).or(this::stored).orElseGet(() -> new byte[0]);
        return MessageDigest.isEqual(expected, hash(given));
    }

    /**
     * Generates the first token, to be shown once; empty if a token is configured or stored, or if the server is not
     * bound to a loopback address.
     */
    public Optional<String> first() {
        return settings.token().isEmpty() && JobfeedProperties.isLoopback(settings.host()) && stored().isEmpty()
                ? Optional.of(renew())
                : Optional.empty();
    }

    /** Generates another token, to be shown once; the previous token becomes invalid. */
    public String renew() {
        byte[] random = new byte[24];
        new SecureRandom().nextBytes(random);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        tenant.transaction().executeWithoutResult(status -> {
            tenant.sql().statement("console-token-delete").update();
            tenant.sql()
                    .statement("console-token-insert")
                    .param("hash", hash(token))
                    .param("at", OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS))
                    .update();
        });
        return token;
    }

    private Optional<byte[]> stored() {
        return tenant.sql().statement("console-token-read").query(byte[].class).list().stream()
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
