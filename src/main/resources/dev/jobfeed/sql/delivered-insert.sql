insert into delivered_page (run_id, requested_at, job_ids)
values (:run_id, :requested_at, :ids)
