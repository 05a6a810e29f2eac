package dev.jobfeed.sandbox.http;

import java.time.Duration;

/**
 * What is wrong with one attempt to deliver a webhook event. A forged delivery is a copy that comes beside the right delivery.
 *
 * @param delay how much later than it should the delivery is made
 */
public record Defect(DeliveryDefect kind, Duration delay) {

    /** The deliveries in fault scripts. */
    public static final Target DELIVERY = () -> "jobby_delivery";

    /** Nothing is wrong. */
    public static final Defect NONE = new Defect(DeliveryDefect.NONE, Duration.ZERO);
}
