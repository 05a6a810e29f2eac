select last_run_started_at, last_sweep_started_at, filters_fingerprint, open_run_id, resync_requested_at,
       credits_balance, credits_balance_at, origin_base_url, origin_environment,
       (select max(origin_tenant) from sync_state) as origin_tenant
from sync_state
where stream = :stream
