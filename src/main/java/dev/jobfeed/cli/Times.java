package dev.jobfeed.cli;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Formats times and durations for the terminal. */
final class Times {

    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT);

    private Times() {}

    /** Returns the local time with its offset, such as {@code 2026-11-30 19:44:52 +01:00}. */
    static String local(OffsetDateTime time) {
        return time.atZoneSameInstant(ZoneId.systemDefault()).format(LOCAL);
    }

    /** Returns a duration in its two largest units. */
    static String duration(Duration duration) {
        long minutes = duration.toMinutes();
        if (minutes == 0) {
            return duration.toSeconds() + " s";
        }
        return minutes < 60
                ? units(minutes, "min", duration.toSecondsPart(), "s")
                : units(duration.toHours(), "h", duration.toMinutesPart(), "min");
    }

    private static String units(long large, String largeUnit, int small, String smallUnit) {
        return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }
}
