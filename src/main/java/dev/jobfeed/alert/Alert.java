package dev.jobfeed.alert;

import java.time.OffsetDateTime;

/**
 * Reports a condition that needs an operator.
 *
 * @param condition identifier of the kind of problem
 * @param clearedAt when it was cleared; null while it lasts
 */
public record Alert(
        long id,
        String stream,
        String condition,
        String message,
        String remedy,
        OffsetDateTime raisedAt,
        OffsetDateTime clearedAt) {}
