package dev.jobfeed.audit;

import dev.jobfeed.alert.AlertService;
import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.problem.ProblemTranslator;
import org.apache.camel.util.ObjectHelper;

/** Raises and clears the alerts of an audit. */
final class AuditAlerts {

    private AuditAlerts() {}

    /** Raises the alert of a result that is certainly below the limit, or clears it; clears all other alerts. */
    static void update(AuditSession session) {
        AlertService alerts = session.tenant().alerts();
        Proportion active = session.right(Stratum.ACTIVE);
        boolean isBelow = isBelowLimit(session);
        if (isBelow) {
            alerts.raise(
                    AuditService.STREAM,
                    new Problem(
                            AlertCondition.AUDIT_BELOW_LIMIT,
                            "Of " + active.of() + " sampled active jobs, " + active.hits()
                                    + " are as in the API, at most " + AuditText.percent(active.upper())
                                    + " % of all, below jobfeed.jobs.audit-alert-below ("
                                    + session.tenant().settings().sync().auditAlertBelow() + " %)."));
        }
        alerts.clearAllBut(
                AuditService.STREAM,
                condition -> AlertCondition.AUDIT_BELOW_LIMIT.is(condition) && (isBelow || active.upper() == null));
    }

    /** Returns whether the share of right jobs is below the limit, with 97.5 % confidence. */
    static boolean isBelowLimit(AuditSession session) {
        Double upper = session.right(Stratum.ACTIVE).upper();
        return upper != null && upper * 100 < session.tenant().settings().sync().auditAlertBelow();
    }

    /** Raises the alert of a failure, unless the audit cannot be done or has lost its lease. */
    static void raise(AuditSession session, Throwable failure) {
        if (ObjectHelper.getException(AuditUnavailableException.class, failure) != null
                || ObjectHelper.getException(LeaseLostException.class, failure) != null) {
            return;
        }
        Problem problem = ProblemTranslator.of(failure, 0);
        AlertService alerts = session.tenant().alerts();
        alerts.raise(AuditService.STREAM, problem);
        alerts.clearAllBut(
                AuditService.STREAM,
                condition -> condition.equals(problem.condition()) || AlertCondition.AUDIT_BELOW_LIMIT.is(condition));
    }
}
