select fired_at from schedule_firing where schedule = :schedule
