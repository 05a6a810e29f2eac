select fired_at from schedule_claim where schedule = :schedule
