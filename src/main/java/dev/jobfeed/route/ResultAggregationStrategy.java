package dev.jobfeed.route;

import java.util.List;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/**
 * Returns the body, or the failure, of a call on a separate exchange to its caller: beans {@code jobfeedResult} and
 * {@code jobfeedJoboResult}. The caller's headers, variables and properties are kept.
 */
public final class ResultAggregationStrategy implements AggregationStrategy {

    private final List<String> variables;

    /**
     * Creates a strategy.
     *
     * @param variables names of variables that are part of the result
     */
    public ResultAggregationStrategy(String... variables) {
        this.variables = List.of(variables);
    }

    @Override
    public Exchange aggregate(Exchange caller, Exchange call) {
        variables.forEach(name -> caller.setVariable(name, call.getVariable(name)));
        if (call.getException() == null) {
            caller.getMessage().setBody(call.getMessage().getBody());
        } else {
            caller.setException(call.getException());
        }
        return caller;
    }
}
