package dev.jobfeed.config;

import java.time.Duration;

/** Reads the settings of runs: window, expiry sweep, lease and retention. */
public record SyncSettings(JobfeedProperties properties) {

    /** Maximum number of active jobs in the sample of an audit. */
    public static final int MAX_AUDIT_SAMPLE = 10_000;

    private static final Duration MIN_LEASE = Duration.ofSeconds(1);
    private static final Duration MAX_LEASE = Duration.ofMinutes(1);

    /** Returns the overlap that a request subtracts from the watermark. */
    public Duration overlap() {
        return properties.duration("jobo.overlap");
    }

    /** Returns the number of ids in one page of the expiry sweep. */
    public int expiredBatchSize() {
        return properties.number("jobo.expired.batch-size", 1, 10_000);
    }

    /** Returns how long an attempt's lease stays valid without renewal. */
    public Duration lease() {
        Duration lease = properties.duration("jobfeed.lease");
        if (lease.compareTo(MIN_LEASE) < 0 || lease.compareTo(MAX_LEASE) > 0) {
            throw new ConfigurationException(
                    "jobfeed.lease is '" + properties.text("jobfeed.lease").orElse("")
                            + "'; it takes a duration from 1s to 60s, and without a unit it is milliseconds.");
        }
        return lease;
    }

    /** Returns the number of active jobs in the sample of an audit. */
    public int auditSample() {
        return properties.number("jobfeed.jobs.audit-sample", 1, MAX_AUDIT_SAMPLE);
    }

    /** Returns the share of right jobs in percent below which an audit raises an alert; 0 for never. */
    public int auditAlertBelow() {
        return properties.number("jobfeed.jobs.audit-alert-below", 0, 100);
    }

    /** Returns how long completed runs and closed quarantine entries are retained. */
    public Duration retention() {
        return properties.duration("jobfeed.runs.keep-for");
    }
}
