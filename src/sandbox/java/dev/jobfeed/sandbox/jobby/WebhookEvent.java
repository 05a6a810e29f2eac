package dev.jobfeed.sandbox.jobby;

/**
 * Something that happened and is told to subscribers.
 *
 * @param id {@code evt_…}, the same in every delivery of it
 * @param body the JSON of every delivery, byte for byte
 */
public record WebhookEvent(String id, String type, String body) {}
