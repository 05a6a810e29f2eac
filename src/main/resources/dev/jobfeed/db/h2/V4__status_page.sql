-- Each statement does no harm when it is repeated, as in V1.

alter table sync_state add column if not exists schedule_paused_at timestamp(6) with time zone;

-- how many jobs a source had, once an hour at most
create table if not exists job_count (
    counted_at timestamp(6) with time zone not null,
    source     varchar                     not null,
    active     bigint                      not null,
    expired    bigint                      not null,
    primary key (counted_at, source)
);

-- the token of the status page's actions, as its SHA-256; one row or none
create table if not exists action_token (
    token_hash varbinary(32)               primary key,
    made_at    timestamp(6) with time zone not null
);

create index if not exists job_newest on job (first_seen_at, id);
