-- Start times of runs and sweeps are the server's: local time corrected by this, as the last answers showed it. Null until then.
alter table sync_state add column clock_difference_ms bigint;

-- whether an answer has shown that the start of the run is the server's time
alter table sync_run add column clock_checked boolean not null default false;

-- When the feed delivered which jobs as active, in the server's time: the pages of every run, until a sweep has passed them.
lock table resync_page in access exclusive mode;

alter table resync_page rename to delivered_page;

alter table delivered_page
    add column seq          bigint generated always as identity,
    add column requested_at timestamptz(6);

update delivered_page
set requested_at = coalesce(
    (select run_started_at from sync_run where sync_run.id = delivered_page.run_id),
    timestamp with time zone '2000-01-01 00:00:00+00');

alter table delivered_page alter column requested_at set not null;

create unique index delivered_page_seq on delivered_page (seq);
