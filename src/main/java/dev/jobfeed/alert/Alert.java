package dev.jobfeed.alert;

import java.time.OffsetDateTime;

/**
 * A condition that needs an operator.
 *
 * @param condition a stable word for what kind of trouble it is
 * @param clearedAt when it ended; null while it lasts
 */
public record Alert(
        long id,
        String stream,
        String condition,
        String message,
        String remedy,
        OffsetDateTime raisedAt,
        OffsetDateTime clearedAt) {}
