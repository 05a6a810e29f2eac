package dev.jobfeed.sandbox.jobby;

import java.time.Instant;
import java.util.List;

/**
 * A webhook subscription.
 *
 * @param id {@code whk_…}
 * @param events the types it subscribes to
 * @param description nullable
 * @param secret {@code jbb_whsec_…}; the API shows it once
 */
public record Webhook(
        String id, String targetUrl, List<String> events, String description, String secret, Instant createdAt) {

    public Webhook {
        events = List.copyOf(events);
    }
}
