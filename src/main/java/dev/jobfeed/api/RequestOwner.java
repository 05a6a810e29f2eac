package dev.jobfeed.api;

import dev.jobfeed.tenant.TenantScoped;
import java.math.BigDecimal;
import java.time.Duration;

/** The work that requests to Jobo are sent for. Permits requests and records their cost. */
public interface RequestOwner extends TenantScoped, ServerTimeObserver {

    /** Returns the stream that the work is on. */
    String stream();

    /** Returns whether the work was asked to stop, so that no request is retried. */
    boolean isStopping();

    /**
     * Marks the work as waiting until its next request.
     *
     * @param wait planned wait, which a stop may shorten
     */
    void markWaiting(Duration wait);

    /** Adds a detail to the message of the work's failure. */
    void addDetail(String detail);

    /**
     * Permits a request and counts it.
     *
     * @param repeated whether it repeats a failed request
     * @param metered whether the API may charge for it
     * @throws RuntimeException when the request must not be sent
     */
    void beforeRequest(boolean repeated, boolean metered);

    /**
     * Records a response with the credits that it reports.
     *
     * @param status HTTP status, or {@code IO_ERROR} if there was no response
     * @param deducted nullable
     * @param balance nullable
     */
    void recordResponse(String status, BigDecimal deducted, BigDecimal balance);

    /** Records rows that a response delivered, which may never be committed. */
    void recordReceived(int rows);
}
