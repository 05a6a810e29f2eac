package dev.jobfeed.sandbox;

import java.util.List;
import java.util.UUID;

/**
 * Some rows of a scan.
 *
 * @param last null when there are no rows
 * @param total the estimate for the whole scan; -1 unless it was asked for
 */
record Page<T>(List<T> rows, boolean more, Position last, long total) {

    /** The place right after a row; without an id, the place after everything of that order value. */
    record Position(long order, UUID id) {}
}
