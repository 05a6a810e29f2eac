update alert
set notified_at = coalesce(notified_at, :at),
    clearance_notified_at = case when cast(:cleared as boolean) then :at else clearance_notified_at end
where id = :id
