update delivered_page
set earliest_requested_at = earliest_requested_at - cast(:seconds as integer) * interval '1' second
