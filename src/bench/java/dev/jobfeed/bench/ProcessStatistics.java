package dev.jobfeed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads CPU time, memory and bytes written of processes from Linux, see proc(5). Linux adds the figures of an ended
 * process to its parent, so none are lost between the last reading and the end.
 */
final class ProcessStatistics {

    /** Holds USER_HZ, which is 100 on every Linux that Java supports. */
    private static final long TICKS_PER_SECOND = 100;

    private static final int FIELDS_BEFORE_STATE = 2;
    private static final int UTIME = 14;
    private static final int STIME = 15;
    private static final int CUTIME = 16;
    private static final int CSTIME = 17;

    private ProcessStatistics() {}

    /** Returns the CPU time of all ended child processes of this process, including their own children. */
    static Duration cpuOfEndedChildren() throws IOException {
        return cpu("self", CUTIME, CSTIME);
    }

    /** Returns the CPU time of a process so far. */
    static Duration cpu(long pid) throws IOException {
        return cpu(Long.toString(pid), UTIME, STIME);
    }

    private static Duration cpu(String pid, int... times) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        // the second field is a name in brackets that may contain anything
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Arrays.stream(times)
                .mapToLong(field -> Long.parseLong(fields[field - FIELDS_BEFORE_STATE - 1]))
                .sum();
        return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
    }

    /** Returns the bytes that this process and its ended child processes have written. */
    static long writtenBytes() throws IOException {
        return Long.parseLong(value(Path.of("/proc/self/io"), "wchar:").orElseThrow());
    }

    /** Returns the peak memory of a process in bytes; empty after it has ended. */
    static Optional<Long> peakMemory(long pid) {
        try {
            return value(Path.of("/proc/" + pid + "/status"), "VmHWM:")
                    .map(value -> Long.parseLong(value.replace(" kB", "")) * 1024);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> value(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()).strip())
                .findFirst();
    }
}
