alter table job_change add column if not exists reason varchar check (reason in ('swept', 'reconciled', 'filtered'));
alter table job_change add column if not exists event_id uuid default random_uuid() not null;
alter table job_change add column if not exists sent_at timestamp(6) with time zone;

-- what waits to be sent, in order; and what was sent longest ago
create index if not exists job_change_sent on job_change (sent_at, seq);

create table if not exists schedule_firing (
    schedule varchar                     primary key,
    fired_at timestamp(6) with time zone not null
);

merge into sync_state (stream) key (stream) values ('changes');
delete from sync_state where stream = 'jobby_relay';
