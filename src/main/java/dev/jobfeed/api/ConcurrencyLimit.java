package dev.jobfeed.api;

import java.util.concurrent.Semaphore;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/** Limits the number of concurrent exchanges. Thread-safe. */
public final class ConcurrencyLimit {

    private final Semaphore permits;

    /**
     * Creates a limit.
     *
     * @param most maximum number of concurrent exchanges
     */
    public ConcurrencyLimit(int most) {
        permits = new Semaphore(most);
    }

    /** Counts an exchange until it is done; returns false without counting it when the limit is reached. */
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
