update schedule_firing set fired_at = :at where schedule = :schedule and fired_at < :at
