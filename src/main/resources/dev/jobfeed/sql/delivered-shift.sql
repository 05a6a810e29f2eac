update delivered_page set requested_at = requested_at - cast(:seconds as integer) * interval '1' second
