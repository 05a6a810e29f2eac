package dev.jobfeed.bench;

import java.util.Locale;

/**
 * Holds the measurements of one run of one contender.
 *
 * @param pair number of the repetition
 * @param seconds from the first request that the server received to the commit of the last page
 * @param processSeconds from the start of the process to its end
 * @param cpuSeconds of the contender's process, on all cores together
 * @param memory peak resident memory in MB
 * @param written MB written by the database
 * @param fetchSeconds time spent fetching pages; 0 if not reported
 * @param storeSeconds time spent storing pages; 0 if not reported
 */
record Measurement(
        int repetition,
        String database,
        String contender,
        String scenario,
        int rows,
        double seconds,
        double processSeconds,
        double cpuSeconds,
        double peakMemoryMb,
        double writtenMb,
        double fetchSeconds,
        double storeSeconds) {

    static final String HEADER =
            "pair,database,contender,scenario,rows,seconds,whole_seconds,cpu_seconds,memory_mb,written_mb,fetch_seconds,store_seconds";

    double rowsPerSecond() {
        return rows / seconds;
    }

    /** Returns the CPU time for a thousand rows in milliseconds, including the start of the process. */
    double cpuMillisPerThousand() {
        return cpuSeconds * 1_000_000 / rows;
    }

    /** Returns whether another measurement has the same database, contender and scenario. */
    boolean isRepeatedBy(Measurement other) {
        return other.database.equals(database) && other.contender.equals(contender) && other.scenario.equals(scenario);
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "%d,%s,%s,%s,%d,%.3f,%.3f,%.2f,%.1f,%.1f,%.1f,%.1f",
                repetition,
                database,
                contender,
                scenario,
                rows,
                seconds,
                processSeconds,
                cpuSeconds,
                peakMemoryMb,
                writtenMb,
                fetchSeconds,
                storeSeconds);
    }

    static Measurement parse(String csv) {
        String[] fields = csv.split(",");
        return new Measurement(
                Integer.parseInt(fields[0]),
                fields[1],
                fields[2],
                fields[3],
                Integer.parseInt(fields[4]),
                Double.parseDouble(fields[5]),
                Double.parseDouble(fields[6]),
                Double.parseDouble(fields[7]),
                Double.parseDouble(fields[8]),
                Double.parseDouble(fields[9]),
                Double.parseDouble(fields[10]),
                Double.parseDouble(fields[11]));
    }
}
