package dev.jobfeed.sandbox.jobby;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.jobfeed.sandbox.http.DeliveryDefect;
import java.time.Instant;

/**
 * One finished attempt to deliver an event to a subscriber, as the API shows it. The names of the fields are not
 * documented, what they say is.
 *
 * @param id {@code dlv_…}, of this attempt alone
 * @param attempt from 1 to 6
 * @param statusCode what the subscriber answered; null when it did not
 * @param responseBody the first 1024 bytes of its answer; null when there was none
 * @param nextRetryAt null when no other attempt follows
 */
public record Delivery(
        String id,
        @JsonIgnore String webhookId,
        String eventId,
        String eventType,
        @JsonIgnore DeliveryDefect defect,
        int attempt,
        Instant attemptedAt,
        Integer statusCode,
        String responseBody,
        Instant nextRetryAt,
        DeliveryState state) {}
