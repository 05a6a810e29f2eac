package dev.jobfeed.bench;

import java.time.Duration;
import java.util.List;

/** Defines the work of a contender. The scenarios of a chain run in order on the same database. */
enum Scenario {
    /** Loads the whole feed into an empty table. */
    BACKFILL("backfill", 0, Duration.ZERO),
    /** Reads the whole feed again without any change. */
    UNCHANGED("unchanged", 0, Duration.ZERO),
    /** Reads the whole feed again; every tenth row has another description and updated_at. */
    MOSTLY_UNCHANGED("90 % unchanged", 1, Duration.ZERO),
    /** Reads the whole feed again; every row has another description and updated_at. */
    UPDATED("updated", 2, Duration.ZERO),
    /** Loads the whole feed from a server that adds 300 ms to each response. */
    LATENCY("latency", 0, Duration.ofMillis(300));

    /** Lists the scenarios that run one after the other, each list from an empty database. */
    static final List<List<Scenario>> CHAINS =
            List.of(List.of(BACKFILL, UNCHANGED, MOSTLY_UNCHANGED, UPDATED), List.of(LATENCY));

    private final String label;
    private final int revision;
    private final Duration latency;

    Scenario(String label, int revision, Duration latency) {
        this.label = label;
        this.revision = revision;
        this.latency = latency;
    }

    /** Returns the name in options, measurements and the report. */
    String label() {
        return label;
    }

    /** Returns the revision of the rows that the server delivers. */
    int revision() {
        return revision;
    }

    /** Returns the delay that the server adds to each response. */
    Duration latency() {
        return latency;
    }

    /** Returns whether the database is empty at the start. */
    boolean isFirst() {
        return CHAINS.stream().anyMatch(chain -> chain.get(0) == this);
    }
}
