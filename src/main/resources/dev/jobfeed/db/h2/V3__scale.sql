-- What users look rows up by. As in V1, each statement does no harm when it is repeated.
create index if not exists job_company on job (company_id);
create index if not exists job_source on job (source);
create index if not exists job_updated on job (updated_at);
create index if not exists job_expired on job (expired_at);

-- A look at sync_run for each id that a resync receives; and each of them would be looked up by the key's index on the run, which
-- all of them share. The name of the key is H2's own.
execute immediate coalesce(
    (select 'alter table resync_seen drop constraint "' || constraint_name || '"'
     from information_schema.table_constraints
     where constraint_type = 'FOREIGN KEY' and table_name = 'RESYNC_SEEN' and table_schema = current_schema),
    'update resync_seen set job_id = job_id where false');
