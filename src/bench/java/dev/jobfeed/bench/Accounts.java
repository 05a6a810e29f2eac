package dev.jobfeed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * What Linux has on its books (proc(5)). A process that ended is booked to the one that started it, and whatever that
 * one had started to it: so nothing is lost between the last look and the end.
 */
final class Accounts {

    /** USER_HZ, which is the same on every Linux that Java runs on. */
    private static final long TICKS_PER_SECOND = 100;

    private static final int FIELDS_BEFORE_STATE = 2;
    private static final int UTIME = 14;
    private static final int STIME = 15;
    private static final int CUTIME = 16;
    private static final int CSTIME = 17;

    private Accounts() {}

    /** The CPU time of all processes that this one has started and seen end, with the processes that those started. */
    static Duration cpuOfEnded() throws IOException {
        return cpu("self", CUTIME, CSTIME);
    }

    /** The CPU time of a process so far. */
    static Duration cpu(long pid) throws IOException {
        return cpu(Long.toString(pid), UTIME, STIME);
    }

    private static Duration cpu(String pid, int... times) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        // the second field is a name in brackets that may hold anything
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = Arrays.stream(times)
                .mapToLong(field -> Long.parseLong(fields[field - FIELDS_BEFORE_STATE - 1]))
                .sum();
        return Duration.ofMillis(ticks * 1000 / TICKS_PER_SECOND);
    }

    /** The bytes that this process wrote, and those that it has seen end. */
    static long writtenBytes() throws IOException {
        return Long.parseLong(value(Path.of("/proc/self/io"), "wchar:").orElseThrow());
    }

    /** The most memory that a process has had so far, in bytes; empty when it is over. */
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
