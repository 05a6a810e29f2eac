-- An open resync needs its pages to determine the jobs that it did not deliver.
delete from delivered_page
where latest_requested_at < :before
  and run_id not in (select open_run_id from sync_state where open_run_id is not null)
