insert into delivered_page (run_id, earliest_requested_at, latest_requested_at, job_ids)
values (:run_id, :earliest, :latest, :ids)
