update sync_state set credits_balance = :balance, credits_balance_at = :at where stream = :stream
