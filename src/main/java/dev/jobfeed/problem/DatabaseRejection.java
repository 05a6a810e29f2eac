package dev.jobfeed.problem;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Describes how a database rejected a statement, without the values to be stored, which must not appear in logs or
 * alerts.
 *
 * @param state the SQL state; empty where the driver gives none
 * @param statement the rejected statement, such as {@code update sync_run}; empty when unknown
 * @param reason one line, without a full stop
 */
public record DatabaseRejection(String state, String statement, String reason) {

    private static final int MAX_LENGTH = 300;

    /** SQL state of PostgreSQL. */
    private static final String DISK_FULL = "53100";

    /** SQL state of H2 for a failed trigger. In PostgreSQL, the state is the one that the trigger raised. */
    private static final String H2_TRIGGER = "90044";

    /**
     * SQL states of an invalid row: data exception, constraint, check option, raised by a trigger, beyond a limit such
     * as the length of an index entry (PostgreSQL, "Error Codes"; H2 uses the same classes). Class 45 is the class of
     * the SQL standard for errors raised by triggers.
     */
    private static final Pattern OF_ROW = Pattern.compile("(22|23|44|45|P0|54).*|" + H2_TRIGGER);

    /** Matches the statement in Spring's messages, which lack it for Camel's sql steps, and in those of H2. */
    private static final Pattern STATEMENT =
            Pattern.compile("(?:SQL \\[|bad SQL grammar \\[|SQL statement:\\s)(?:\\s*--[^\\n]*\\n)*\\s*"
                    + "((?:insert into|update|delete from|merge into) \\w+|(?s:(?:select|with)\\b.*?\\bfrom \\w+))");

    private static final Pattern REJECTED = Pattern.compile("^The database refused '([^']+)'");

    /**
     * Matches values in the messages of both databases: literals in H2, and quoted text of data exceptions in
     * PostgreSQL.
     */
    private static final Pattern VALUES = Pattern.compile(" VALUES \\(.*|(?s)'.*'|(?<=value )\".*?\"");

    /**
     * Returns the rejection that caused an exception; empty when no database error caused it.
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
     * Returns the exception of the database itself, behind those of the connection pool or of libraries; empty when
     * there is none.
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

    /**
     * Returns the SQL state. H2 passes an {@link SQLException} of a trigger through unchanged, usually without a state,
     * and may place it after that of a batch.
     */
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

    /**
     * Detects a full disk that has no SQL state of its own: H2 reports a general error with the cause. PostgreSQL refuses
     * a connection for which it has to write a file, without the cause (source: write_relcache_init_file).
     */
    private static boolean isDiskFull(SQLException failure) {
        if (String.valueOf(failure.getMessage()).contains("could not write init file")) {
            return true;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException
                    && String.valueOf(cause.getMessage()).contains("No space left on device")) {
                return true;
            }
        }
        return false;
    }

    private static String statement(Throwable failure) {
        Matcher known = REJECTED.matcher(failure instanceof DatabaseRejectedException ? failure.getMessage() : "");
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

    /** Returns the first line of the message: PostgreSQL appends the row after it, H2 the statement. */
    private static String reason(String state, String message) {
        String text = message.lines()
                .findFirst()
                .orElse("")
                .replaceFirst("; SQL statement:$", "")
                .replaceFirst("^ERROR: ", "");
        if (state.startsWith("22")) {
            // the value follows a colon
            text = text.replaceFirst(": .*", "");
        }
        text = VALUES.matcher(text).replaceAll("");
        text = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "..." : text;
        return text.strip().replaceFirst("[.]( Check that the hostname.*)?$", "");
    }

    /** Returns statement and reason as a sentence. */
    public String text() {
        return "The database refused" + (statement.isEmpty() ? "" : " '" + statement + "'") + ": " + reason + ".";
    }

    /** Returns the reason as that of an invalid row. */
    public String ofRow() {
        return "the database refused the row: " + reason;
    }

    /**
     * Returns whether the row is the cause: the database may accept the other rows of the statement, and this one after
     * a change.
     */
    public boolean isOfRow() {
        return OF_ROW.matcher(state).matches();
    }
}
