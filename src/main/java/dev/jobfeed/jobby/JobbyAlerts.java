package dev.jobfeed.jobby;

import dev.jobfeed.alert.AlertService;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.Problem;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Raises and clears the alerts for which responses to calls of any operation give a reason. Thread-safe. */
public final class JobbyAlerts {

    /** Stream of alerts about Jobby.dev that do not concern the live events. */
    public static final String STREAM = "jobby";

    private static final Duration RENOTIFY_INTERVAL = Duration.ofDays(1);

    private final AlertService alerts;
    private final Map<String, Boolean> deprecated = new ConcurrentHashMap<>();
    private final Map<String, Boolean> missingScopes = new ConcurrentHashMap<>();

    JobbyAlerts(AlertService alerts) {
        this.alerts = alerts;
    }

    /**
     * Raises an alert about a deprecated endpoint: "Clients should log Deprecation headers and migrate before the
     * sunset date." A successful response without the header clears it.
     *
     * @param deprecation header {@code Deprecation}; nullable
     * @param sunset header {@code Sunset}; nullable
     */
    void updateDeprecation(JobbyOperation operation, String deprecation, String sunset, boolean isError) {
        String endpoint = operation.id();
        boolean isDeprecated = deprecation != null && !deprecation.strip().equalsIgnoreCase("false");
        if (isDeprecated) {
            alerts.renotify(
                    STREAM,
                    AlertCondition.DEPRECATED.problem(
                            endpoint,
                            "Jobby.dev is going to remove " + endpoint
                                    + (sunset == null ? "; it does not say when." : "; it ends on " + sunset + ".")),
                    RENOTIFY_INTERVAL);
        } else if (isError) {
            return; // it may come from a proxy
        } else if (!Boolean.FALSE.equals(deprecated.get(endpoint))) {
            alerts.clear(STREAM, AlertCondition.DEPRECATED, endpoint);
        }
        deprecated.put(endpoint, isDeprecated);
    }

    /**
     * Raises an alert about a scope that the token lacks. A successful response of an operation with this scope clears
     * it.
     *
     * @param refusal null after a success
     */
    void updateScope(JobbyOperation operation, JobbyException refusal) {
        if (operation.access() != JobbyOperation.Access.TOKEN || refusal != null && !refusal.isMissingScope()) {
            return;
        }
        String scope = operation.scope().orElse(operation.id());
        if (refusal != null) {
            alerts.raise(
                    STREAM,
                    new Problem(
                            AlertCondition.INSUFFICIENT_SCOPE.id(scope),
                            refusal.failure().message(),
                            refusal.failure().remedy()));
        } else if (!Boolean.FALSE.equals(missingScopes.get(scope))) {
            alerts.clear(STREAM, AlertCondition.INSUFFICIENT_SCOPE, scope);
        }
        missingScopes.put(scope, refusal != null);
    }
}
