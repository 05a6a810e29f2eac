update sync_state set credits_balance = null, credits_balance_at = null
