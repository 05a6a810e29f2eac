package dev.jobfeed.sandbox;

/**
 * Which of the requests a rule sees are struck; all conditions have to hold.
 *
 * @param from the number of the first request that may be struck, from 1
 * @param to the number of the last one
 * @param every strikes only numbers that this divides
 * @param share the probability that a request which may be struck is
 */
record StrikeCondition(long from, long to, long every, double share) {

    /** Decides about the request with this number and its own draw from 0 (inclusive) to 1 (exclusive). */
    boolean strikes(long number, double drawn) {
        return number >= from && number <= to && number % every == 0 && drawn < share;
    }
}
