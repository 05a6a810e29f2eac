package dev.jobfeed.persistence;

import java.time.Duration;
import java.util.Map;

/**
 * The requests of an attempt.
 *
 * @param byStatus number of requests by HTTP status; {@code IO_ERROR} for those without a response
 * @param waited sum of the planned waits before requests: for retries, and for the rate limit
 */
public record AttemptRequests(Map<String, Long> byStatus, Duration waited) {}
