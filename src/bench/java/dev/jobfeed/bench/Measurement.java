package dev.jobfeed.bench;

import java.util.Locale;

/**
 * One run of one contender.
 *
 * @param seconds from the first request that the server saw to the commit of the last page
 * @param wholeSeconds from the start of the process to its end
 * @param cpuSeconds of the contender's process, on all cores together
 * @param memory the most resident memory it had, in MB
 * @param written what its database wrote, in MB
 * @param fetchSeconds for how long it fetched pages; 0 where it does not say
 * @param storeSeconds for how long it stored pages; 0 where it does not say
 */
record Measurement(
        int pair,
        String database,
        String contender,
        String scenario,
        int rows,
        double seconds,
        double wholeSeconds,
        double cpuSeconds,
        double memory,
        double written,
        double fetchSeconds,
        double storeSeconds) {

    static final String HEADER =
            "pair,database,contender,scenario,rows,seconds,whole_seconds,cpu_seconds,memory_mb,written_mb,fetch_seconds,store_seconds";

    double rowsPerSecond() {
        return rows / seconds;
    }

    /** The CPU time of the process, start included, for a thousand rows, in milliseconds. */
    double cpuMillisPerThousand() {
        return cpuSeconds * 1_000_000 / rows;
    }

    /** Whether another is the same contender at the same scenario. */
    boolean isRepeatedBy(Measurement other) {
        return other.database.equals(database) && other.contender.equals(contender) && other.scenario.equals(scenario);
    }

    String csv() {
        return String.format(
                Locale.ROOT,
                "%d,%s,%s,%s,%d,%.3f,%.3f,%.2f,%.1f,%.1f,%.1f,%.1f",
                pair,
                database,
                contender,
                scenario,
                rows,
                seconds,
                wholeSeconds,
                cpuSeconds,
                memory,
                written,
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
