package dev.jobfeed.problem;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A database's refusal of a statement, without the values that the statement was to store: they belong in no log and no
 * alert.
 *
 * @param state the SQL state; empty where the driver gives none
 * @param statement what was refused, such as {@code update sync_run}; empty when that is not known
 * @param reason one line, without a full stop
 */
public record DatabaseRejection(String state, String statement, String reason) {

    private static final int MAX_LENGTH = 300;

    /** PostgreSQL's SQL state. */
    private static final String DISK_FULL = "53100";

    /** H2: a trigger that failed. PostgreSQL's has the SQL state that it raised. */
    private static final String H2_TRIGGER = "90044";

    /**
     * SQL states of what is wrong with a row: data exception, constraint, check option, raised by a trigger, beyond a limit
     * such as the length of an index entry (PostgreSQL, "Error Codes"; H2 uses the same classes). Class 45 is the standard's
     * for what a trigger raises.
     */
    private static final Pattern OF_ROW = Pattern.compile("(22|23|44|45|P0|54).*|" + H2_TRIGGER);

    /** How Spring quotes a statement. */
    private static final Pattern STATEMENT = Pattern.compile("(?:SQL|bad SQL grammar) \\[(?:\\s*--[^\\n]*\\n)*\\s*"
            + "((?:insert into|update|delete from|merge into) \\w+|(?s:(?:select|with)\\b.*?\\bfrom \\w+))");

    private static final Pattern REFUSED = Pattern.compile("^The database refused '([^']+)'");

    /** Values within messages of both databases: literals of H2, and what PostgreSQL quotes in a data exception. */
    private static final Pattern VALUES = Pattern.compile(" VALUES \\(.*|(?s)'.*'|(?<=value )\".*?\"");

    /**
     * Returns the refusal that an exception was caused by; empty when no database refused anything.
     *
     * @param failure nullable
     */
    public static Optional<DatabaseRejection> of(Throwable failure) {
        return cause(failure).map(cause -> {
            if (isDiskFull(cause)) {
                return new DatabaseRejection(DISK_FULL, statement(failure), "no space left on device");
            }
            String state = state(cause);
            return new DatabaseRejection(state, statement(failure), reason(state, String.valueOf(cause.getMessage())));
        });
    }

    /**
     * Returns what the database itself said, behind what a pool or a library says about it; empty when no database said
     * anything.
     *
     * @param failure nullable
     */
    public static Optional<SQLException> cause(Throwable failure) {
        SQLException innermost = null;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                innermost = sql;
            }
        }
        return Optional.ofNullable(innermost);
    }

    /** H2 passes an {@link SQLException} of a trigger on as it is, most likely without a state; also behind that of a batch. */
    private static String state(SQLException cause) {
        if (cause.getSQLState() != null) {
            return cause.getSQLState();
        }
        for (Throwable each : cause) {
            for (StackTraceElement frame : each.getStackTrace()) {
                if (frame.getClassName().equals("org.h2.schema.TriggerObject")) {
                    return H2_TRIGGER;
                }
            }
        }
        return "";
    }

    /** H2 calls it a general error. */
    private static boolean isDiskFull(SQLException said) {
        for (Throwable cause = said; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException
                    && String.valueOf(cause.getMessage()).contains("No space left on device")) {
                return true;
            }
        }
        return false;
    }

    private static String statement(Throwable failure) {
        Matcher known = REFUSED.matcher(failure instanceof DatabaseRejectedException ? failure.getMessage() : "");
        if (known.find()) {
            return known.group(1);
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Matcher statement = STATEMENT.matcher(String.valueOf(cause.getMessage()));
            if (statement.find()) {
                return statement.group(1).replaceFirst("(?s)^(?:select|with)\\b.*\\b(from \\w+)$", "select $1");
            }
        }
        return "";
    }

    /** The first line: PostgreSQL puts the row behind it, H2 the statement. */
    private static String reason(String state, String message) {
        String said = message.lines()
                .findFirst()
                .orElse("")
                .replaceFirst("; SQL statement:$", "")
                .replaceFirst("^ERROR: ", "");
        if (state.startsWith("22")) {
            // behind a colon is the value
            said = said.replaceFirst(": .*", "");
        }
        said = VALUES.matcher(said).replaceAll("");
        said = said.length() > MAX_LENGTH ? said.substring(0, MAX_LENGTH) + "..." : said;
        return said.strip().replaceFirst("[.]( Check that the hostname.*)?$", "");
    }

    /** Returns what was refused and why, as a sentence. */
    public String text() {
        return "The database refused" + (statement.isEmpty() ? "" : " '" + statement + "'") + ": " + reason + ".";
    }

    /** Returns the reason as one of a row. */
    public String ofRow() {
        return "the database refused the row: " + reason;
    }

    /** Whether the database may take the other rows of the same statement, and may take this one when it is different. */
    public boolean isOfRow() {
        return OF_ROW.matcher(state).matches();
    }
}
