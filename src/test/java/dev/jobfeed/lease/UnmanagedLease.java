package dev.jobfeed.lease;

import java.time.Duration;
import java.util.UUID;

/** Represents a lease without a database, for tests of code that runs under one. */
public final class UnmanagedLease {

    private UnmanagedLease() {}

    public static HeldLease on(String stream) {
        return new HeldLease(null, new Lease(stream, UUID.randomUUID()), Duration.ofMinutes(1), null);
    }
}
