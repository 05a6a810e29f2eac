-- What bounds a pagination: the cursors that it has used, and how much of it brought nothing new. A feed that is cut short fails, so
-- that no run needs to remember it. As in V1, each statement does no harm when it is repeated.
create table if not exists run_cursor (
    run_id bigint not null references sync_run (id) on delete cascade,
    hash   bigint not null,
    primary key (run_id, hash)
);

alter table sync_run add column if not exists scan_received bigint not null default 0;

alter table sync_run add column if not exists scan_repeated bigint not null default 0;

alter table sync_run add column if not exists scan_empty_pages integer not null default 0;

alter table sync_run drop column if exists cut_short;
