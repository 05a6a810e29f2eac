-- Start times of runs and sweeps are the server's: local time corrected by this, as the last answers showed it. Null until then.
alter table sync_state add column clock_difference_ms bigint;

-- the machine whose clock that is
alter table sync_state add column clock_host text;

-- The earliest time that last_sweep_started_at may be by the server's clock, which may have been set back since; null if it is that.
alter table sync_state add column earliest_sweep_started_at timestamptz(6);

-- The latest time that the server's clock may have shown before it was set back; null if it was not.
alter table sync_state add column server_set_back_from timestamptz(6);

-- When a sweep was read to its end last of which some ids could not be read; null if its watermark has passed it.
alter table sync_state add column unreadable_sweep_at timestamptz(6);

-- Since when a resync is owed because the last sweep was too long ago, which the sweep's watermark does not show any more once
-- the resync has swept; null once a resync has succeeded.
alter table sync_state add column resync_needed_since timestamptz(6);

-- whether an answer has shown that the start of the run is the server's time
alter table sync_run add column clock_checked boolean not null default false;

-- When the feed delivered which jobs as active, in the server's time: the pages of every run, as long as /expired reaches back.
-- Two times, because clocks that were set leave a range: an expiry before the earlier one lies before the delivery, and one behind
-- the later one lies behind it.
lock table resync_page in access exclusive mode;

alter table resync_page rename to delivered_page;

alter table delivered_page
    add column seq                   bigint generated always as identity,
    add column earliest_requested_at timestamptz(6),
    add column latest_requested_at   timestamptz(6);

update delivered_page
set earliest_requested_at = coalesce(
    (select run_started_at from sync_run where sync_run.id = delivered_page.run_id),
    timestamp with time zone '2000-01-01 00:00:00+00');

update delivered_page set latest_requested_at = earliest_requested_at;

alter table delivered_page
    alter column earliest_requested_at set not null,
    alter column latest_requested_at set not null;

create unique index delivered_page_seq on delivered_page (seq);

create index delivered_page_latest on delivered_page (latest_requested_at, seq);

-- Jobs also wait for the operator when clocks were set and it is unknown whether they expired before their delivery.
alter table reconcile_pending
    drop constraint reconcile_pending_reason_check,
    add constraint reconcile_pending_reason check (reason in ('reconciled', 'filtered', 'swept'));
