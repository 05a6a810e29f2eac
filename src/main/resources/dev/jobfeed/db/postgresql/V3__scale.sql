-- First, because it takes the strongest lock: behind the indexes it would deadlock with a page that an older node writes.
-- lz4 costs a third of the time of the default for the same text; a server may have been built without it. What is stored
-- already stays as it is until it is written anew.
do $$
begin
    alter table job
        alter column description set compression lz4,
        alter column summary set compression lz4,
        alter column company set compression lz4,
        alter column locations set compression lz4,
        alter column qualifications set compression lz4,
        alter column responsibilities set compression lz4,
        alter column benefits set compression lz4,
        alter column extra set compression lz4;
    alter table quarantine alter column payload set compression lz4;
exception
    when feature_not_supported then
        raise notice 'This server has no lz4; wide columns are compressed with pglz.';
end
$$;

-- What users look rows up by. The last one holds nothing of an active job, so that a backfill does not pay for it.
create index job_company on job (company_id);
create index job_source on job (source);
create index job_updated on job (updated_at);
create index job_expired on job (expired_at) where expired_at is not null;

-- A look at sync_run for each id that a resync receives, when all of them belong to the run that writes them.
alter table resync_seen drop constraint resync_seen_run_id_fkey;

-- What is kept of old runs hangs on what refers to them.
create index quarantine_run on quarantine (run_id);
create index reconcile_pending_run on reconcile_pending (run_id);
