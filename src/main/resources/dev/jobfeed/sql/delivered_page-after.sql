select coalesce(max(seq), 0) from delivered_page where latest_requested_at <= :since
