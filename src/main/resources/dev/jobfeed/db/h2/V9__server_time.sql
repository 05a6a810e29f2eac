-- Start times of runs and sweeps are the server's: local time corrected by this, as the last answers showed it. Null until then.
-- As in V1, each statement does no harm when it is repeated.
alter table sync_state add column if not exists clock_difference_ms bigint;

-- whether an answer has shown that the start of the run is the server's time
alter table sync_run add column if not exists clock_checked boolean default false not null;

-- When the feed delivered which jobs as active, in the server's time: the pages of every run, until a sweep has passed them.
drop view if exists resync_seen;

alter table if exists resync_page rename to delivered_page;

create sequence if not exists delivered_pages;

alter table delivered_page add column if not exists seq bigint default next value for delivered_pages not null;

alter table delivered_page add column if not exists requested_at timestamp(6) with time zone;

update delivered_page
set requested_at = coalesce(
    (select run_started_at from sync_run where sync_run.id = delivered_page.run_id),
    timestamp with time zone '2000-01-01 00:00:00+00')
where requested_at is null;

alter table delivered_page alter column requested_at set not null;

create unique index if not exists delivered_page_seq on delivered_page (seq);

-- The range is as long as the longest page may be; x is its column.
create view if not exists resync_seen as
select run_id, job_ids[x] as job_id
from delivered_page, system_range(1, 1000000)
where x <= cardinality(job_ids);
