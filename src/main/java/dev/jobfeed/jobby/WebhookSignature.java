package dev.jobfeed.jobby;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The header {@code Jobbydev-Signature}: {@code t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">}, with one v1
 * per secret while a secret is being replaced.
 *
 * @param time text of t as it was signed
 * @param digests digest of each v1
 */
record WebhookSignature(String time, List<byte[]> digests) {

    static final String HEADER = "Jobbydev-Signature";

    /** Maximum difference to the current time: "Reject when it is further than 300 s from now." */
    private static final Duration WINDOW = Duration.ofSeconds(300);

    /**
     * Parses the header; empty if it does not have this form.
     *
     * @param header nullable
     */
    static Optional<WebhookSignature> of(String header) {
        String time = null;
        List<byte[]> digests = new ArrayList<>();
        for (String part : (header == null ? "" : header).split(",")) {
            String[] nameAndValue = part.strip().split("=", 2);
            if (nameAndValue.length == 2 && nameAndValue[0].equals("t")) {
                if (time != null || !nameAndValue[1].matches("\\d{1,12}")) {
                    return Optional.empty();
                }
                time = nameAndValue[1];
            } else if (nameAndValue.length == 2
                    && nameAndValue[0].equals("v1")
                    && nameAndValue[1].matches("[0-9a-fA-F]{64}")) {
                digests.add(HexFormat.of().parseHex(nameAndValue[1]));
            }
        }
        return time == null || digests.isEmpty() ? Optional.empty() : Optional.of(new WebhookSignature(time, digests));
    }

    /** Returns whether the signature was made with the secret over this body, within the permitted time. */
    boolean verify(byte[] body, String secret, Instant now) {
        byte[] expected = hmac(body, secret);
        boolean matches = false;
        for (byte[] digest : digests) {
            // in constant time, and for all digests
            matches |= MessageDigest.isEqual(expected, digest);
        }
        Duration age = Duration.between(Instant.ofEpochSecond(Long.parseLong(time)), now);
        return matches && age.abs().compareTo(WINDOW) <= 0;
    }

    private byte[] hmac(byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HmacSHA256", e);
        }
    }
}
