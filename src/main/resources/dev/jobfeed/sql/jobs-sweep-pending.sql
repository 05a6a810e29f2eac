delete from reconcile_pending where job_id in (:#in:${body})
