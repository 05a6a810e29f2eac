alter table job_change
    add column reason   text check (reason in ('swept', 'reconciled', 'filtered')),
    add column event_id uuid not null default gen_random_uuid(),
    add column sent_at  timestamptz(6);

-- what waits to be sent, in order; and what was sent longest ago
create index job_change_sent on job_change (sent_at, seq);

create table schedule_firing (
    schedule text           primary key,
    fired_at timestamptz(6) not null
);

insert into sync_state (stream) values ('changes');
delete from sync_state where stream = 'jobby_relay';
