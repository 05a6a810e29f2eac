package dev.jobfeed.sync;

import dev.jobfeed.alert.Alert;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * Provides the texts of alerts to the route {@code alerts-notify}: bean {@code jobfeedAlertFormatter}. Each change of an
 * alert is notified once, provided that the route succeeds.
 */
public final class AlertFormatter {

    private final TenantRegistry tenants;
    private final Clock clock;

    public AlertFormatter(TenantRegistry tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /** Returns whether notifications are pending for streams whose names begin with {@code streams}. */
    public boolean hasPending(Exchange exchange, String streams) {
        return tenants.forExchange(exchange).alerts().pendingNotifications().stream()
                .anyMatch(alert -> alert.stream() != null && alert.stream().startsWith(streams));
    }

    /** Returns an alert as the members of its JSON: tenant, stream, condition, message, remedy and times. */
    public Map<String, Object> members(Exchange exchange, Alert alert) {
        Tenant tenant = tenants.forExchange(exchange);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", alert.id());
        json.put("state", alert.clearedAt() == null ? "raised" : "cleared");
        if (!tenant.isDefault()) {
            json.put("tenant", tenant.name());
        }
        json.put("stream", alert.stream());
        json.put("condition", alert.condition());
        json.put("message", alert.message());
        json.put("remedy", alert.remedy());
        json.put("since", alert.raisedAt().toString());
        json.put(
                "cleared_at",
                alert.clearedAt() == null ? null : alert.clearedAt().toString());
        return json;
    }

    /** Describes why a notification failed, with its remedy if there is one. */
    public String describeFailure(Exchange exchange) {
        return ProblemTranslator.describe(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    /**
     * Formats an alert as a log line. Leaves out cause and remedy if the last run's error, which is already in the log,
     * says the same.
     */
    public String format(Exchange exchange, Alert alert) {
        Tenant tenant = tenants.forExchange(exchange);
        String subject = alert.condition() + " (" + tenant.stream(alert.stream()) + ")";
        if (alert.clearedAt() != null) {
            return "alert cleared: " + subject;
        }
        String problem = new Problem(alert.condition(), alert.message(), alert.remedy()).text();
        boolean isLogged =
                tenant.runs().lastRuns(alert.stream(), 1).stream().anyMatch(run -> problem.equals(run.lastError()));
        return "alert raised: " + subject + (isLogged ? "; clears with the next successful attempt" : ". " + problem);
    }

    /** Returns the parameters of {@code alert-mark-notified}. */
    public Map<String, Object> notified(Alert alert) {
        return Map.of(
                "id",
                alert.id(),
                "cleared",
                alert.clearedAt() != null,
                "at",
                OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS));
    }
}
