-- Start times of runs and sweeps are the server's: local time corrected by this, as the last answers showed it. Null until then.
-- As in V1, each statement does no harm when it is repeated.
alter table sync_state add column if not exists clock_difference_ms bigint;

-- the machine whose clock that is
alter table sync_state add column if not exists clock_host varchar(255);

-- The earliest time that last_sweep_started_at may be by the server's clock, which may have been set back since; null if it is that.
alter table sync_state add column if not exists earliest_sweep_started_at timestamp(6) with time zone;

-- The latest time that the server's clock may have shown before it was set back; null if it was not.
alter table sync_state add column if not exists server_set_back_from timestamp(6) with time zone;

-- When a sweep was read to its end last of which some ids could not be read; null if its watermark has passed it.
alter table sync_state add column if not exists unreadable_sweep_at timestamp(6) with time zone;

-- Since when a resync is owed because the last sweep was too long ago, which the sweep's watermark does not show any more once
-- the resync has swept; null once a resync has succeeded.
alter table sync_state add column if not exists resync_needed_since timestamp(6) with time zone;

-- whether an answer has shown that the start of the run is the server's time
alter table sync_run add column if not exists clock_checked boolean default false not null;

-- When the feed delivered which jobs as active, in the server's time: the pages of every run, as long as /expired reaches back.
-- Two times, because clocks that were set leave a range: an expiry before the earlier one lies before the delivery, and one behind
-- the later one lies behind it.
drop view if exists resync_seen;

alter table if exists resync_page rename to delivered_page;

create sequence if not exists delivered_pages;

alter table delivered_page add column if not exists seq bigint default next value for delivered_pages not null;

alter table delivered_page add column if not exists earliest_requested_at timestamp(6) with time zone;

alter table delivered_page add column if not exists latest_requested_at timestamp(6) with time zone;

update delivered_page
set earliest_requested_at = coalesce(
    (select run_started_at from sync_run where sync_run.id = delivered_page.run_id),
    timestamp with time zone '2000-01-01 00:00:00+00')
where earliest_requested_at is null;

update delivered_page set latest_requested_at = earliest_requested_at where latest_requested_at is null;

alter table delivered_page alter column earliest_requested_at set not null;

alter table delivered_page alter column latest_requested_at set not null;

create unique index if not exists delivered_page_seq on delivered_page (seq);

create index if not exists delivered_page_latest on delivered_page (latest_requested_at, seq);

-- The range is as long as the longest page may be; x is its column.
create view if not exists resync_seen as
select run_id, job_ids[x] as job_id
from delivered_page, system_range(1, 1000000)
where x <= cardinality(job_ids);

-- Jobs also wait for the operator when clocks were set and it is unknown whether they expired before their delivery.
execute immediate coalesce(
    (select 'alter table reconcile_pending drop constraint "' || constraint_name || '"'
     from information_schema.table_constraints
     where table_name = 'RECONCILE_PENDING'
       and constraint_type = 'CHECK'
       and constraint_name <> 'RECONCILE_PENDING_REASON'
       and table_schema = current_schema),
    'update reconcile_pending set reason = reason where false');

alter table reconcile_pending
    add constraint if not exists reconcile_pending_reason check (reason in ('reconciled', 'filtered', 'swept'));
