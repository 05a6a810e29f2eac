-- H2 commits each statement by itself: a process that is killed in here leaves some of them done, and the next start
-- begins again at the first. So each one must do no harm when it is repeated.

create table if not exists job (
    id                    uuid primary key,
    title                 varchar,
    normalized_title      varchar,
    description           clob,
    summary               varchar,
    listing_url           varchar,
    apply_url             varchar,
    employment_type       varchar,
    workplace_type        varchar,
    experience_level      varchar,
    source                varchar,
    created_at            timestamp(6) with time zone,
    updated_at            timestamp(6) with time zone,
    date_posted           timestamp(6) with time zone,
    valid_through         timestamp(6) with time zone,
    is_work_auth_required boolean,
    is_h1b_sponsor        boolean,
    is_clearance_required boolean,
    company_id            varchar,
    company_name          varchar,
    company               json,
    locations             json,
    compensation          json,
    qualifications        json,
    responsibilities      json,
    benefits              json,
    extra                 json,
    content_hash          varbinary(32) not null,
    raw_hash              varbinary(12),
    first_seen_at         timestamp(6) with time zone not null,
    last_changed_at       timestamp(6) with time zone not null,
    expired_at            timestamp(6) with time zone,
    expired_reason        varchar check (expired_reason in ('swept', 'reconciled', 'filtered', 'audited')),
    check ((expired_at is null) = (expired_reason is null))
);

-- What users look rows up by.
create index if not exists job_company on job (company_id);
create index if not exists job_source on job (source);
create index if not exists job_updated on job (updated_at);
create index if not exists job_newest on job (first_seen_at, id);
create index if not exists job_expired on job (expired_at);

create or replace view active_job as select * from job where expired_at is null;

create sequence if not exists career_site_changes;

create table if not exists career_site (
    id              uuid primary key,
    name            varchar,
    website         varchar,
    logo_url        varchar,
    summary         varchar,
    industries      json,
    linkedin_url    varchar,
    crunchbase_url  varchar,
    ats             varchar,
    listing_url     varchar,
    details_url     varchar,
    extra           json,
    content_hash    varbinary(32) not null,
    raw_hash        varbinary(12),
    first_seen_at   timestamp(6) with time zone not null,
    last_changed_at timestamp(6) with time zone not null,
    -- the order in which rows changed, whatever the clocks of the processes that wrote them
    change_seq      bigint default next value for career_site_changes not null
);

create unique index if not exists career_site_change on career_site (change_seq);

create table if not exists company_profile (
    id          uuid primary key,
    profile     json,
    details_url varchar,
    fetched_at  timestamp(6) with time zone,
    due_at      timestamp(6) with time zone
);

create index if not exists company_profile_due on company_profile (due_at);

create table if not exists sync_run (
    id                  bigint generated always as identity primary key,
    stream              varchar not null,
    mode                varchar not null check (mode in ('backfill', 'incremental', 'resync')),
    phase               varchar not null check (phase in ('feed', 'reconcile', 'commit', 'done')),
    status              varchar not null check (status in ('open', 'succeeded', 'failed')),
    run_started_at      timestamp(6) with time zone not null,
    -- whether a response has shown that the start is the server's time
    clock_checked       boolean not null default false,
    window_from         timestamp(6) with time zone,
    filters_fingerprint varchar not null,
    next_cursor         varchar,
    cost_confirmed      boolean not null default false,
    estimated_total     bigint,
    attempts            integer not null default 0,
    cursor_resets       integer not null default 0,
    pages               bigint not null default 0,
    received            bigint not null default 0,
    inserted            bigint not null default 0,
    updated             bigint not null default 0,
    unchanged           bigint not null default 0,
    reactivated         bigint not null default 0,
    duplicates          bigint not null default 0,
    quarantined         bigint not null default 0,
    expired             bigint not null default 0,
    -- what the pagination has delivered since it began: rows, rows in a row that brought nothing new, empty pages in a row
    scan_received       bigint not null default 0,
    scan_repeated       bigint not null default 0,
    scan_empty_pages    integer not null default 0,
    requests            bigint not null default 0,
    retries             bigint not null default 0,
    credits_spent       numeric(18, 4) not null default 0,
    last_error          varchar,
    finished_at         timestamp(6) with time zone
);

create index if not exists sync_run_stream on sync_run (stream, id);

create table if not exists run_attempt (
    run_id     bigint                      not null references sync_run (id) on delete cascade,
    number     integer                     not null,
    started_at timestamp(6) with time zone not null,
    -- null while the attempt is in progress, and if its process ended without saving the result
    ended_at   timestamp(6) with time zone,
    error      varchar,
    -- the number of requests by HTTP status
    responses  json,
    waited_ms  bigint,
    primary key (run_id, number)
);

-- the cursors that a run's pagination has used
create table if not exists run_cursor (
    run_id bigint not null references sync_run (id) on delete cascade,
    hash   bigint not null,
    primary key (run_id, hash)
);

create table if not exists sync_state (
    stream                    varchar primary key,
    last_run_started_at       timestamp(6) with time zone,
    last_sweep_started_at     timestamp(6) with time zone,
    -- the earliest time that last_sweep_started_at may be by the server's clock, if that was set back since
    earliest_sweep_started_at timestamp(6) with time zone,
    -- when a sweep was read to its end last of which some ids could not be read; null if its watermark has passed it
    unreadable_sweep_at       timestamp(6) with time zone,
    filters_fingerprint       varchar,
    open_run_id               bigint references sync_run (id),
    resync_requested_at       timestamp(6) with time zone,
    -- since when a resync is owed because the last sweep was too long ago; null once a resync has succeeded
    resync_needed_since       timestamp(6) with time zone,
    credits_balance           numeric(18, 4),
    credits_balance_at        timestamp(6) with time zone,
    origin_base_url           varchar,
    origin_environment        varchar,
    -- empty for the default tenant
    origin_tenant             varchar,
    -- the server's time less the local time of the machine clock_host, as the last responses showed it
    clock_difference_ms       bigint,
    clock_host                varchar(255),
    -- the latest time that the server's clock may have shown before it was set back; null if it was not
    server_set_back_from      timestamp(6) with time zone,
    schedule_paused_at        timestamp(6) with time zone,
    -- when changes were last requested by a subscriber other than jobfeed.changes.to
    outbox_subscribed_at      timestamp(6) with time zone,
    lease_token               uuid,
    lease_owner               varchar,
    lease_expires_at          timestamp(6) with time zone
);

merge into sync_state (stream) key (stream)
values ('jobs'), ('career_sites'), ('expired_ids'), ('changes'), ('audit'), ('jobby_live_events'), ('jobby_queue');

create table if not exists schedule_claim (
    schedule varchar primary key,
    fired_at timestamp(6) with time zone not null
);

merge into schedule_claim (schedule, fired_at) key (schedule)
values ('jobs-sync', timestamp with time zone '2000-01-01 00:00:00+00'),
       ('jobs-resync', timestamp with time zone '2000-01-01 00:00:00+00'),
       ('jobs-audit', timestamp with time zone '2000-01-01 00:00:00+00'),
       ('career_sites-sync', timestamp with time zone '2000-01-01 00:00:00+00'),
       ('expired_ids-sync', timestamp with time zone '2000-01-01 00:00:00+00'),
       ('jobby_live_events-sync', timestamp with time zone '2000-01-01 00:00:00+00');

create table if not exists quarantine (
    id             bigint generated always as identity primary key,
    stream         varchar not null,
    -- null for a row that no run received
    run_id         bigint references sync_run (id),
    job_id         uuid,
    reason         varchar not null,
    payload        clob not null,
    quarantined_at timestamp(6) with time zone not null,
    closed_at      timestamp(6) with time zone
);

create index if not exists quarantine_open on quarantine (stream, job_id);

-- When the feed delivered which jobs as active, in the server's time: the pages of every run, as long as /expired reaches back.
-- Two times, because clocks that were set leave a range: an expiry before the earlier one lies before the delivery, and one
-- after the later one lies after it.
create sequence if not exists delivered_pages;

create table if not exists delivered_page (
    seq                   bigint default next value for delivered_pages not null,
    run_id                bigint not null,
    job_ids               uuid array not null,
    earliest_requested_at timestamp(6) with time zone not null,
    latest_requested_at   timestamp(6) with time zone not null
);

create unique index if not exists delivered_page_seq on delivered_page (seq);
create index if not exists delivered_page_latest on delivered_page (latest_requested_at, seq);

-- The range is as long as the longest page may be; x is its column.
create or replace view resync_received as
select run_id, job_ids[x] as job_id
from delivered_page, system_range(1, 1000000)
where x <= cardinality(job_ids);

-- jobs whose expiry waits for an operator
create table if not exists pending_expiry (
    job_id uuid primary key,
    run_id bigint not null references sync_run (id),
    reason varchar not null check (reason in ('reconciled', 'filtered', 'swept'))
);

create table if not exists job_change (
    seq        bigint generated always as identity primary key,
    job_id     uuid not null,
    change     varchar not null check (change in ('created', 'updated', 'expired', 'reactivated')),
    reason     varchar check (reason in ('swept', 'reconciled', 'filtered', 'audited')),
    run_id     bigint not null,
    changed_at timestamp(6) with time zone not null,
    event_id   uuid default random_uuid() not null,
    sent_at    timestamp(6) with time zone
);

-- what is pending, in order; and what was sent longest ago
create index if not exists job_change_sent on job_change (sent_at, seq);

-- the change after which a Kamelet reads on
create table if not exists kamelet_offset (
    stream     varchar primary key,
    change_seq bigint not null
);

-- how many jobs a source had, once an hour at most
create table if not exists job_count (
    counted_at timestamp(6) with time zone not null,
    source     varchar not null,
    active     bigint not null,
    expired    bigint not null,
    primary key (counted_at, source)
);

-- the results of audits; the bounds are those of the share of active jobs that are right
create table if not exists job_audit (
    id                 bigint generated always as identity primary key,
    started_at         timestamp(6) with time zone not null,
    finished_at        timestamp(6) with time zone not null,
    fresh_as_of        timestamp(6) with time zone not null,
    seed               bigint not null,
    active_sampled     integer not null,
    active_right       integer not null,
    changed_sampled    integer not null,
    changed_right      integer not null,
    expired_sampled    integer not null,
    expired_right      integer not null,
    lower_bound        double precision,
    upper_bound        double precision,
    rows_equal         integer not null,
    rows_newer         integer not null,
    rows_different     integer not null,
    rows_closed_there  integer not null,
    rows_unknown_there integer not null,
    rows_open_there    integer not null,
    rows_fixed         integer not null,
    rows_held          integer not null,
    fields             varchar not null
);

-- the token of the console's actions, as its SHA-256; one row or none
create table if not exists console_token (
    token_hash varbinary(32) primary key,
    made_at    timestamp(6) with time zone not null
);

create table if not exists alert (
    id                    bigint generated always as identity primary key,
    stream                varchar,
    condition             varchar not null,
    message               varchar not null,
    remedy                varchar not null,
    raised_at             timestamp(6) with time zone not null,
    notified_at           timestamp(6) with time zone,
    cleared_at            timestamp(6) with time zone,
    clearance_notified_at timestamp(6) with time zone
);

create index if not exists alert_stream on alert (stream, condition, cleared_at);

create table if not exists jobby_live_event (
    id              varchar primary key,
    title           varchar,
    event           json not null,
    content_hash    varbinary(32) not null,
    first_seen_at   timestamp(6) with time zone not null,
    last_changed_at timestamp(6) with time zone not null,
    expired_at      timestamp(6) with time zone
);

create table if not exists jobby_queue (
    idempotency_key        uuid primary key,
    event_id               varchar not null,
    open_event_id          varchar unique,
    state                  varchar not null check (state in
        ('pending', 'waiting', 'matched', 'cancelled', 'timed_out', 'refused', 'replaced', 'expired', 'lost')),
    status                 varchar,
    rank                   integer,
    estimated_wait_seconds bigint,
    match_id               varchar,
    created_at             timestamp(6) with time zone not null,
    sending_until          timestamp(6) with time zone,
    joined_at              timestamp(6) with time zone,
    ended_at               timestamp(6) with time zone,
    last_error             varchar
);

create table if not exists jobby_match (
    match_id   varchar primary key,
    event_id   varchar,
    data       json not null,
    matched_at timestamp(6) with time zone not null,
    relayed_at timestamp(6) with time zone
);

create table if not exists jobby_webhook_event (
    event_id    varchar primary key,
    type        varchar not null,
    payload     json not null,
    received_at timestamp(6) with time zone not null,
    relayed_at  timestamp(6) with time zone
);
