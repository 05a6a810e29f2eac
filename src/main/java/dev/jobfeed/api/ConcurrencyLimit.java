package dev.jobfeed.api;

import java.util.concurrent.Semaphore;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/** Limits how many exchanges are at work at the same time. Safe for use by several threads. */
public final class ConcurrencyLimit {

    private final Semaphore permits;

    /**
     * Creates a limit.
     *
     * @param most exchanges at the same time
     */
    public ConcurrencyLimit(int most) {
        permits = new Semaphore(most);
    }

    /** Counts an exchange until it is done; returns false, and does not count it, when there are too many. */
    public boolean enter(Exchange exchange) {
        if (!permits.tryAcquire()) {
            return false;
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                permits.release();
            }

            @Override
            public boolean allowHandover() {
                return false;
            }
        });
        return true;
    }
}
