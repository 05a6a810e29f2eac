package dev.jobfeed.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.alert.Alert;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/**
 * Tells of alerts, as the route {@code alerts-notify} does it: bean {@code jobfeedAlerts}. Each change is told once, as
 * long as that route succeeds.
 */
public final class AlertNotifier {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final TenantRegistry tenants;

    public AlertNotifier(TenantRegistry tenants) {
        this.tenants = tenants;
    }

    /** Alerts of the exchange's tenant whose beginning or end nobody was told of yet. */
    public List<Alert> pendingNotifications(Exchange exchange) {
        return tenants.forExchange(exchange).alerts().pendingNotifications();
    }

    /** Whether somebody has to be told something about the streams whose names begin like this. */
    public boolean hasPending(Exchange exchange, String streams) {
        return pendingNotifications(exchange).stream()
                .anyMatch(alert -> alert.stream() != null && alert.stream().startsWith(streams));
    }

    /** An alert as a small JSON object: whose, what, since when, what to do. */
    public String json(Exchange exchange, Alert alert) throws JsonProcessingException {
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
        return JSON.writeValueAsString(json);
    }

    /**
     * An alert as a line of the log. What the end of the run's attempt has just said there, cause and remedy, it does not
     * say again.
     */
    public String format(Exchange exchange, Alert alert) {
        Tenant tenant = tenants.forExchange(exchange);
        String subject = alert.condition() + " of " + tenant.stream(alert.stream());
        if (alert.clearedAt() != null) {
            return "alert ended: " + subject;
        }
        String said = new Problem(alert.condition(), alert.message(), alert.remedy()).text();
        boolean isSaid =
                tenant.runs().lastRuns(alert.stream(), 1).stream().anyMatch(run -> said.equals(run.lastError()));
        return "alert: " + subject + (isSaid ? ", until an attempt does better" : ". " + said);
    }

    /** Notes that an alert was told as it is. */
    public void markNotified(Exchange exchange, Alert alert) {
        tenants.forExchange(exchange).alerts().markNotified(alert);
    }
}
