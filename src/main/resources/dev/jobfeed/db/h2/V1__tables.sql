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
    first_seen_at         timestamp(6) with time zone not null,
    last_changed_at       timestamp(6) with time zone not null,
    expired_at            timestamp(6) with time zone,
    expired_reason        varchar check (expired_reason in ('swept', 'reconciled', 'filtered')),
    check ((expired_at is null) = (expired_reason is null))
);

create or replace view active_job as select * from job where expired_at is null;

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
    first_seen_at   timestamp(6) with time zone not null,
    last_changed_at timestamp(6) with time zone not null
);

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
    stream              varchar           not null,
    mode                varchar           not null check (mode in ('backfill', 'incremental', 'resync')),
    phase               varchar           not null check (phase in ('feed', 'reconcile', 'commit', 'done')),
    status              varchar           not null check (status in ('open', 'succeeded', 'failed')),
    run_started_at      timestamp(6) with time zone not null,
    window_from         timestamp(6) with time zone,
    filters_fingerprint varchar           not null,
    next_cursor         varchar,
    cut_short           boolean        not null default false,
    cost_confirmed      boolean        not null default false,
    estimated_total     bigint,
    attempts            integer        not null default 0,
    restarts            integer        not null default 0,
    pages               bigint         not null default 0,
    received            bigint         not null default 0,
    inserted            bigint         not null default 0,
    updated             bigint         not null default 0,
    unchanged           bigint         not null default 0,
    reactivated         bigint         not null default 0,
    duplicates          bigint         not null default 0,
    quarantined         bigint         not null default 0,
    expired             bigint         not null default 0,
    requests            bigint         not null default 0,
    retries             bigint         not null default 0,
    credits_spent       numeric(18, 4) not null default 0,
    last_error          varchar,
    finished_at         timestamp(6) with time zone
);

create index if not exists sync_run_stream on sync_run (stream, id);

create table if not exists sync_state (
    stream                varchar primary key,
    last_run_started_at   timestamp(6) with time zone,
    last_sweep_started_at timestamp(6) with time zone,
    filters_fingerprint   varchar,
    open_run_id           bigint references sync_run (id),
    resync_requested_at   timestamp(6) with time zone,
    credits_balance       numeric(18, 4),
    credits_balance_at    timestamp(6) with time zone,
    origin_base_url       varchar,
    origin_environment    varchar,
    lease_token           uuid,
    lease_holder          varchar,
    lease_until           timestamp(6) with time zone
);

merge into sync_state (stream) key (stream) values ('jobs'), ('career_sites'), ('jobby_live_events');

create table if not exists quarantine (
    id             bigint generated always as identity primary key,
    stream         varchar           not null,
    run_id         bigint         not null references sync_run (id),
    job_id         uuid,
    reason         varchar           not null,
    payload        clob           not null,
    quarantined_at timestamp(6) with time zone not null,
    closed_at      timestamp(6) with time zone
);

create index if not exists quarantine_open on quarantine (stream, job_id);

create table if not exists resync_seen (
    run_id bigint not null references sync_run (id),
    job_id uuid   not null,
    primary key (run_id, job_id)
);

create table if not exists reconcile_pending (
    job_id uuid primary key,
    run_id bigint not null references sync_run (id),
    reason varchar   not null check (reason in ('reconciled', 'filtered'))
);

create table if not exists job_change (
    seq        bigint generated always as identity primary key,
    job_id     uuid           not null,
    change     varchar           not null check (change in ('created', 'updated', 'expired', 'reactivated')),
    run_id     bigint         not null,
    changed_at timestamp(6) with time zone not null
);

create table if not exists alert (
    id         bigint generated always as identity primary key,
    stream     varchar,
    condition  varchar           not null,
    message    varchar           not null,
    remedy     varchar           not null,
    raised_at  timestamp(6) with time zone not null,
    told_at    timestamp(6) with time zone,
    cleared_at timestamp(6) with time zone,
    clearance_told_at timestamp(6) with time zone
);

create index if not exists alert_stream on alert (stream, condition, cleared_at);

create table if not exists jobby_live_event (
    id              varchar                     primary key,
    title           varchar,
    event           json                        not null,
    content_hash    varbinary(32)               not null,
    first_seen_at   timestamp(6) with time zone not null,
    last_changed_at timestamp(6) with time zone not null,
    expired_at      timestamp(6) with time zone
);

create table if not exists jobby_queue (
    idempotency_key        uuid                        primary key,
    event_id               varchar                     not null,
    open_event_id          varchar                     unique,
    state                  varchar                     not null check (state in
        ('intended', 'waiting', 'matched', 'cancelled', 'timed_out', 'refused', 'replaced', 'lapsed', 'gone')),
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
    match_id   varchar                     primary key,
    event_id   varchar,
    data       json                        not null,
    matched_at timestamp(6) with time zone not null,
    relayed_at timestamp(6) with time zone
);

create table if not exists jobby_webhook_event (
    event_id    varchar                     primary key,
    type        varchar                     not null,
    payload     json                        not null,
    received_at timestamp(6) with time zone not null,
    relayed_at  timestamp(6) with time zone
);

merge into sync_state (stream) key (stream) values ('jobby_queue'), ('jobby_relay');
