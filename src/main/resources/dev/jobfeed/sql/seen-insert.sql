insert into resync_page (run_id, job_ids)
values (:run_id, :ids)
