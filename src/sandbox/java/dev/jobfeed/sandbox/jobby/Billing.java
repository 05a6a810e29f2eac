package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.Fields;
import dev.jobfeed.sandbox.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The one account that every token belongs to: whether its owner agreed to charges, and what was charged. What a charge
 * answers with is not documented.
 */
public final class Billing {

    /** A charge that took effect. */
    public record Charge(String targetPlan, String interval) {}

    private final Supplier<String> serverUrl;
    private final List<Charge> charges = new ArrayList<>();
    private boolean consented;

    Billing(Supplier<String> serverUrl) {
        this.serverUrl = serverUrl;
    }

    /** Agrees to charges, as the owner does in a browser and no token can. */
    public synchronized void consent() {
        consented = true;
    }

    /** Returns whether the owner agreed to charges. */
    public synchronized boolean isConsented() {
        return consented;
    }

    /** Returns the charges so far, oldest first. */
    public synchronized List<Charge> charges() {
        return List.copyOf(charges);
    }

    /** Charges for a plan, once its owner agreed to that. */
    synchronized Map<String, Object> charge(Fields fields) throws ApiError {
        String plan = fields.text("target_plan");
        String interval = fields.text("interval");
        if (!consented) {
            throw ErrorCode.OFF_SESSION_CONSENT_REQUIRED.error(
                    ErrorCode.OFF_SESSION_CONSENT_REQUIRED.message(),
                    Json.object(
                            "target_plan",
                            plan,
                            "interval",
                            interval,
                            "checkout_url",
                            serverUrl.get() + AccountPages.BILLING));
        }
        Charge charge = new Charge(fields.requiredText("target_plan"), fields.requiredText("interval"));
        if (!charges.isEmpty() && charges.get(charges.size() - 1).equals(charge)) {
            throw ErrorCode.ALREADY_ON_PLAN.error();
        }
        charges.add(charge);
        return Json.object("plan", plan, "interval", interval, "status", "active");
    }
}
