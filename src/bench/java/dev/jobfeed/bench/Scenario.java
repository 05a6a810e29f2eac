package dev.jobfeed.bench;

import java.time.Duration;
import java.util.List;

/** What a contender is asked to do. Scenarios of one chain follow each other on one database. */
enum Scenario {
    /** The whole feed into an empty table. */
    BACKFILL("backfill", 0, Duration.ZERO),
    /** The whole feed again, and nothing in it is new. */
    UNCHANGED("unchanged", 0, Duration.ZERO),
    /** The whole feed again, and every tenth row has another description and updated_at. */
    MOSTLY_UNCHANGED("90 % unchanged", 1, Duration.ZERO),
    /** The whole feed again, and every row has another description and updated_at. */
    UPDATED("updated", 2, Duration.ZERO),
    /** A backfill from a server that thinks 300 ms about every page. */
    LATENCY("latency", 0, Duration.ofMillis(300));

    /** What is run one after the other, from an empty database on. */
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

    /** What it is called in options, measurements and the report. */
    String label() {
        return label;
    }

    /** Which edition of the rows the server delivers. */
    int revision() {
        return revision;
    }

    /** What the server adds to the time of each answer. */
    Duration latency() {
        return latency;
    }

    /** Whether the database is empty at its start. */
    boolean isFirst() {
        return CHAINS.stream().anyMatch(chain -> chain.get(0) == this);
    }
}
