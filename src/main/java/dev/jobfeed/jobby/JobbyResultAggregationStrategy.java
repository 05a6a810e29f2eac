package dev.jobfeed.jobby;

import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/**
 * Returns the result of a call to its caller: bean {@code jobfeedJobbyResult}. Removes the call from the caller's
 * exchange once its outcome is known; otherwise a redelivery by the caller repeats it with the same Idempotency-Key.
 */
public final class JobbyResultAggregationStrategy implements AggregationStrategy {

    private final AggregationStrategy result;

    /**
     * Creates a strategy.
     *
     * @param result returns body or failure to the caller
     */
    public JobbyResultAggregationStrategy(AggregationStrategy result) {
        this.result = result;
    }

    @Override
    public Exchange aggregate(Exchange caller, Exchange call) {
        Exception failure = call.getException();
        if (failure == null || failure instanceof JobbyException refusal && !refusal.isPassing()) {
            caller.removeProperty(JobbyResponseHandler.CALL);
        }
        return result.aggregate(caller, call);
    }
}
