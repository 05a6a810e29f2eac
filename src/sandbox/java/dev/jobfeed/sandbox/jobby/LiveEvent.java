package dev.jobfeed.sandbox.jobby;

import java.time.Instant;

/**
 * A live event as the list shows it.
 *
 * @param id the slug, {@code evt_…}, under which its queue is joined
 * @param paused whether it is listed as {@code paused} instead of {@code live}
 */
public record LiveEvent(String id, String title, String company, boolean paused, Instant startedAt) {}
