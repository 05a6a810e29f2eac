package dev.jobfeed.sync;

import dev.jobfeed.persistence.AttemptRequests;
import dev.jobfeed.persistence.RequestUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Counts the requests, rows and credits of an attempt. Thread-safe, because a prefetch is recorded by its own thread. */
public final class AttemptUsage {

    private final Map<String, Long> responses = new TreeMap<>();
    private Duration waited = Duration.ZERO;
    private RequestUsage unsaved = RequestUsage.NOTHING;
    private BigDecimal credits = BigDecimal.ZERO;
    private BigDecimal balance;
    private long receivedRows;
    private BigDecimal lastPrice;
    private boolean budgetExhausted;

    /** Counts a request that is about to be sent. */
    synchronized void recordRequest(boolean repeated) {
        unsaved = unsaved.plus(new RequestUsage(1, repeated ? 1 : 0, BigDecimal.ZERO));
    }

    /** Counts delivered rows, which may never be committed. */
    synchronized void recordReceived(int rows) {
        receivedRows += rows;
    }

    /** Adds a wait before a request. */
    synchronized void recordWait(Duration wait) {
        waited = waited.plus(wait);
    }

    /** Records a response by its status, and the credits that it reported; either may be null. */
    synchronized void recordResponse(String status, BigDecimal deducted, BigDecimal reportedBalance) {
        responses.merge(status, 1L, Long::sum);
        if (deducted != null) {
            unsaved = unsaved.plus(new RequestUsage(0, 0, deducted));
            credits = credits.add(deducted);
        }
        if (reportedBalance != null) {
            balance = reportedBalance;
        }
    }

    /** Returns the responses by status and the waits since the last call, for the end of an attempt on a run. */
    synchronized AttemptRequests takeRequests() {
        AttemptRequests taken = new AttemptRequests(Map.copyOf(responses), waited);
        responses.clear();
        waited = Duration.ZERO;
        return taken;
    }

    /** Returns the usage that no transaction has saved yet. */
    synchronized RequestUsage unsaved() {
        return unsaved;
    }

    /** Removes usage that a transaction has saved. */
    synchronized void saved(RequestUsage saved) {
        unsaved = unsaved.minus(saved);
    }

    /** Returns the credits that the API charged during the attempt. */
    synchronized BigDecimal credits() {
        return credits;
    }

    /** Returns the last balance that the API reported; null if it reported none. */
    public synchronized BigDecimal balance() {
        return balance;
    }

    synchronized long receivedRows() {
        return receivedRows;
    }

    /**
     * Sets the price per row in the last run that received any, as of the start of the attempt.
     *
     * @param price null if no run did
     */
    synchronized void lastPrice(BigDecimal price) {
        lastPrice = price;
    }

    /** Returns the price per row in the last run that received any; empty if none did. */
    synchronized Optional<BigDecimal> lastPrice() {
        return Optional.ofNullable(lastPrice);
    }

    /** Records that another page would exceed the credit cap of an attempt. */
    synchronized void exhaustBudget() {
        budgetExhausted = true;
    }

    synchronized boolean isBudgetExhausted() {
        return budgetExhausted;
    }
}
