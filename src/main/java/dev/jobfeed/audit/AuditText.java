package dev.jobfeed.audit;

import java.util.Locale;
import java.util.Map;

/** Formats the result of an audit for the log and the command line. */
public final class AuditText {

    private AuditText() {}

    /**
     * Describes a result in two sentences.
     *
     * @param audit the columns of {@code job_audit}
     */
    public static String of(Map<String, Object> audit) {
        return estimate(audit) + " " + different(audit) + ", expired there " + audit.get("rows_closed_there")
                + ", unknown there " + audit.get("rows_unknown_there") + ", active there "
                + audit.get("rows_open_there") + "; changed since the last run " + audit.get("rows_newer") + ", fixed "
                + audit.get("rows_fixed") + ", held back " + audit.get("rows_held") + ".";
    }

    /** Describes the estimate in one sentence. */
    public static String estimate(Map<String, Object> audit) {
        if (audit.get("lower_bound") == null) {
            return "No active job could be judged, because all have changed since the last run.";
        }
        return "right " + percent((double) audit.get("lower_bound")) + " to "
                + percent((double) audit.get("upper_bound")) + " % of the active jobs (95 % confidence): "
                + audit.get("active_right") + " of " + audit.get("active_sampled") + " sampled, seed "
                + audit.get("seed") + ".";
    }

    private static String different(Map<String, Object> audit) {
        String fields = audit.get("fields").toString();
        return "Different " + audit.get("rows_different")
                + (fields.equals("{}")
                        ? ""
                        : " ("
                                + fields.replaceAll("[{}\"]", "")
                                        .replaceAll("[=:]", " ")
                                        .replaceAll(", ?", ", ") + ")");
    }

    static String percent(double share) {
        String text = String.format(Locale.ROOT, "%.1f", share * 100);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
