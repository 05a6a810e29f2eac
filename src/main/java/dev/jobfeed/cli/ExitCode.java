package dev.jobfeed.cli;

import dev.jobfeed.audit.AuditUnavailableException;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.sync.StoreOriginMismatchException;
import java.net.BindException;
import java.sql.SQLException;
import java.util.Set;
import org.h2.api.ErrorCode;

/** Exit codes of the commands. */
enum ExitCode {
    DONE(0),
    FAILED(1),
    USAGE(2),
    BUSY(3),
    UNAVAILABLE(4);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static ExitCode of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StreamLockedException || isLockedH2File(cause)) {
                return BUSY;
            }
            if (cause instanceof AuditUnavailableException) {
                return UNAVAILABLE;
            }
            if (cause instanceof ConfigurationException
                    || cause instanceof StoreOriginMismatchException
                    || cause instanceof BindException
                    || isRejectedByDatabase(cause)) {
                return USAGE;
            }
        }
        return FAILED;
    }

    /**
     * Returns whether the database rejected the login, the database name or the permissions, which a retry would not
     * change.
     */
    private static boolean isRejectedByDatabase(Throwable cause) {
        return cause instanceof SQLException sql
                && sql.getSQLState() != null
                && Set.of("28000", "28P01", "3D000", "3F000", "42501").contains(sql.getSQLState());
    }

    private static boolean isLockedH2File(Throwable cause) {
        return cause instanceof SQLException sql && sql.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1;
    }
}
