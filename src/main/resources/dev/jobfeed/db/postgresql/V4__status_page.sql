alter table sync_state add column schedule_paused_at timestamptz(6);

-- how many jobs a source had, once an hour at most
create table job_count (
    counted_at timestamptz(6) not null,
    source     text           not null,
    active     bigint         not null,
    expired    bigint         not null,
    primary key (counted_at, source)
);

-- the token of the status page's actions, as its SHA-256; one row or none
create table action_token (
    token_hash bytea          primary key,
    made_at    timestamptz(6) not null
);

create index job_newest on job (first_seen_at, id);
