delete from reconcile_pending where job_id = any (:ids)
