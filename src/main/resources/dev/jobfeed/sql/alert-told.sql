update alert
set told_at = coalesce(told_at, :at),
    clearance_told_at = case when cast(:cleared as boolean) then :at else clearance_told_at end
where id = :id
