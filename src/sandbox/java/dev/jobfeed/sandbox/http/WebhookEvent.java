package dev.jobfeed.sandbox.http;

/**
 * Something that happened, as it is delivered to subscribers.
 *
 * @param id {@code evt_…}, the same in every delivery of it
 * @param body the JSON of every delivery, byte for byte
 */
public record WebhookEvent(String id, String type, String body) {}
