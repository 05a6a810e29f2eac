create table job (
    id                    uuid primary key,
    title                 text,
    normalized_title      text,
    description           text,
    summary               text,
    listing_url           text,
    apply_url             text,
    employment_type       text,
    workplace_type        text,
    experience_level      text,
    source                text,
    created_at            timestamptz(6),
    updated_at            timestamptz(6),
    date_posted           timestamptz(6),
    valid_through         timestamptz(6),
    is_work_auth_required boolean,
    is_h1b_sponsor        boolean,
    is_clearance_required boolean,
    company_id            text,
    company_name          text,
    company               jsonb,
    locations             jsonb,
    compensation          jsonb,
    qualifications        jsonb,
    responsibilities      jsonb,
    benefits              jsonb,
    extra                 jsonb,
    content_hash          bytea          not null,
    first_seen_at         timestamptz(6) not null,
    last_changed_at       timestamptz(6) not null,
    expired_at            timestamptz(6),
    expired_reason        text check (expired_reason in ('swept', 'reconciled', 'filtered')),
    check ((expired_at is null) = (expired_reason is null))
);

create view active_job as select * from job where expired_at is null;

create table career_site (
    id              uuid primary key,
    name            text,
    website         text,
    logo_url        text,
    summary         text,
    industries      jsonb,
    linkedin_url    text,
    crunchbase_url  text,
    ats             text,
    listing_url     text,
    details_url     text,
    extra           jsonb,
    content_hash    bytea          not null,
    first_seen_at   timestamptz(6) not null,
    last_changed_at timestamptz(6) not null
);

create table company_profile (
    id          uuid primary key,
    profile     jsonb,
    details_url text,
    fetched_at  timestamptz(6),
    due_at      timestamptz(6)
);

create index company_profile_due on company_profile (due_at);

create table sync_run (
    id                  bigint generated always as identity primary key,
    stream              text           not null,
    mode                text           not null check (mode in ('backfill', 'incremental', 'resync')),
    phase               text           not null check (phase in ('feed', 'reconcile', 'commit', 'done')),
    status              text           not null check (status in ('open', 'succeeded', 'failed')),
    run_started_at      timestamptz(6) not null,
    window_from         timestamptz(6),
    filters_fingerprint text           not null,
    next_cursor         text,
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
    last_error          text,
    finished_at         timestamptz(6)
);

create index sync_run_stream on sync_run (stream, id);

create table sync_state (
    stream                text primary key,
    last_run_started_at   timestamptz(6),
    last_sweep_started_at timestamptz(6),
    filters_fingerprint   text,
    open_run_id           bigint references sync_run (id),
    resync_requested_at   timestamptz(6),
    credits_balance       numeric(18, 4),
    credits_balance_at    timestamptz(6),
    origin_base_url       text,
    origin_environment    text,
    lease_token           uuid,
    lease_holder          text,
    lease_until           timestamptz(6)
);

insert into sync_state (stream) values ('jobs'), ('career_sites'), ('jobby_live_events');

create table quarantine (
    id             bigint generated always as identity primary key,
    stream         text           not null,
    run_id         bigint         not null references sync_run (id),
    job_id         uuid,
    reason         text           not null,
    payload        text           not null,
    quarantined_at timestamptz(6) not null,
    closed_at      timestamptz(6)
);

create index quarantine_open on quarantine (stream, job_id) where closed_at is null;

create table resync_seen (
    run_id bigint not null references sync_run (id),
    job_id uuid   not null,
    primary key (run_id, job_id)
);

create table reconcile_pending (
    job_id uuid primary key,
    run_id bigint not null references sync_run (id),
    reason text   not null check (reason in ('reconciled', 'filtered'))
);

create table job_change (
    seq        bigint generated always as identity primary key,
    job_id     uuid           not null,
    change     text           not null check (change in ('created', 'updated', 'expired', 'reactivated')),
    run_id     bigint         not null,
    changed_at timestamptz(6) not null
);

create table alert (
    id         bigint generated always as identity primary key,
    stream     text,
    condition  text           not null,
    message    text           not null,
    remedy     text           not null,
    raised_at  timestamptz(6) not null,
    told_at    timestamptz(6),
    cleared_at timestamptz(6),
    clearance_told_at timestamptz(6)
);

create index alert_stream on alert (stream, condition, cleared_at);

create table jobby_live_event (
    id              text           primary key,
    title           text,
    event           jsonb          not null,
    content_hash    bytea          not null,
    first_seen_at   timestamptz(6) not null,
    last_changed_at timestamptz(6) not null,
    expired_at      timestamptz(6)
);

create table jobby_queue (
    idempotency_key        uuid           primary key,
    event_id               text           not null,
    open_event_id          text           unique,
    state                  text           not null check (state in
        ('intended', 'waiting', 'matched', 'cancelled', 'timed_out', 'refused', 'replaced', 'lapsed', 'gone')),
    status                 text,
    rank                   integer,
    estimated_wait_seconds bigint,
    match_id               text,
    created_at             timestamptz(6) not null,
    sending_until          timestamptz(6),
    joined_at              timestamptz(6),
    ended_at               timestamptz(6),
    last_error             text
);

create table jobby_match (
    match_id   text           primary key,
    event_id   text,
    data       jsonb          not null,
    matched_at timestamptz(6) not null,
    relayed_at timestamptz(6)
);

create table jobby_webhook_event (
    event_id    text           primary key,
    type        text           not null,
    payload     jsonb          not null,
    received_at timestamptz(6) not null,
    relayed_at  timestamptz(6)
);

insert into sync_state (stream) values ('jobby_queue'), ('jobby_relay');
