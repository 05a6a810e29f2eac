update sync_run
set next_cursor = :next_cursor,
    cut_short = :cut_short,
    phase = :phase,
    estimated_total = coalesce(estimated_total, :estimated_total),
    pages = pages + 1,
    received = received + :received,
    inserted = inserted + :inserted,
    updated = updated + :updated,
    unchanged = unchanged + :unchanged,
    reactivated = reactivated + :reactivated,
    duplicates = duplicates + :duplicates,
    quarantined = quarantined + :quarantined,
    requests = requests + :requests,
    retries = retries + :retries,
    credits_spent = credits_spent + :credits_spent
where id = :id
