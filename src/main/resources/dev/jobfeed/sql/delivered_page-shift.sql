update delivered_page
set earliest_requested_at = earliest_requested_at - cast(:millis as integer) * interval '0.001' second
