select state.last_run_started_at, state.last_sweep_started_at, state.filters_fingerprint, state.open_run_id,
       state.resync_requested_at, wallet.credits_balance, wallet.credits_balance_at, state.origin_base_url,
       state.origin_environment,
       case when state.clock_host = :machine then state.clock_difference_ms end as clock_difference_ms,
       state.earliest_sweep_started_at, state.server_set_back_from, state.unreadable_sweep_at, state.resync_needed_since,
       (select max(origin_tenant) from sync_state) as origin_tenant
from sync_state state
left join (
    select credits_balance, credits_balance_at
    from sync_state
    where credits_balance_at is not null
    order by credits_balance_at desc
    limit 1
) wallet on true
where state.stream = :stream
