package dev.jobfeed.cli;

import dev.jobfeed.alert.Alert;
import dev.jobfeed.config.Plurals;
import dev.jobfeed.console.StatusReport;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.schedule.Freshness;
import dev.jobfeed.schedule.ScheduledStream;
import java.util.ArrayList;
import java.util.List;

/** The status in one line, with the exit code of a monitoring plugin. */
record StatusCheck(Level level, String text) {

    /** Exit code if the status cannot be determined. */
    static final int UNKNOWN = 3;

    /** Result of a check; the ordinal is the exit code. */
    enum Level {
        OK,
        WARNING,
        CRITICAL
    }

    static StatusCheck of(StatusReport report) {
        Level level = Level.OK;
        List<String> details = new ArrayList<>();
        for (ScheduledStream stream : ScheduledStream.values()) {
            Freshness freshness = report.freshness(stream);
            if (freshness.state() != Freshness.State.OFF) {
                details.add(stream.stream() + " " + describe(freshness));
                level = freshness.state() == Freshness.State.FRESH ? level : Level.CRITICAL;
            }
        }
        List<Alert> alerts = report.alerts().stream()
                .filter(alert -> !AlertCondition.MATCH.is(alert.condition()))
                .toList();
        if (!alerts.isEmpty()) {
            level = level == Level.OK ? Level.WARNING : level;
            details.add(Plurals.of(alerts.size(), "open alert") + ": "
                    + String.join(
                            ", ",
                            alerts.stream()
                                    .map(alert -> alert.condition() + " (" + alert.stream() + ")")
                                    .toList()));
        }
        return new StatusCheck(level, details.isEmpty() ? "no stream has a schedule" : String.join("; ", details));
    }

    static String describe(Freshness freshness) {
        String text =
                switch (freshness.state()) {
                    case FRESH -> "fresh: ";
                    case LATE -> "late: ";
                    case OFF -> "off, no schedule: ";
                    case NEVER -> "";
                };
        if (freshness.watermark() == null) {
            return text + "no run has succeeded yet";
        }
        text += "data as of " + Times.local(freshness.watermark()) + ", ";
        return text
                + (freshness.isOfUnknownAge()
                        ? "later than the server's clock; the next run ignores it"
                        : Times.duration(freshness.age()) + " ago"
                                + (freshness.state() == Freshness.State.OFF
                                        ? ""
                                        : " (target " + Times.duration(freshness.target()) + ")"));
    }

    int exitCode() {
        return level.ordinal();
    }

    @Override
    public String toString() {
        return level + ": " + text;
    }
}
