package dev.jobfeed.sandbox;

import java.math.BigDecimal;

/** Prepaid credits: a request is let through at the price of all it may return, and charged for what it does. */
final class CreditAccount {

    private BigDecimal balance;

    CreditAccount(BigDecimal balance) {
        this.balance = balance;
    }

    synchronized BigDecimal balance() {
        return balance;
    }

    synchronized boolean reserve(BigDecimal credits) {
        if (balance.compareTo(credits) < 0) {
            return false;
        }
        balance = balance.subtract(credits);
        return true;
    }

    synchronized BigDecimal giveBack(BigDecimal credits) {
        balance = balance.add(credits);
        return balance;
    }
}
