-- What a resync received is a row a page instead of a row an id, which costs a tenth to write and next to nothing to forget. As in
-- V1, each statement does no harm when it is repeated.
create table if not exists resync_page (
    run_id  bigint     not null,
    job_ids uuid array not null
);

execute immediate coalesce(
    (select 'insert into resync_page (run_id, job_ids)
             select run_id, array_agg(job_id)
             from (select run_id, job_id, (row_number() over () - 1) / 1000 as page from resync_seen) ids
             where not exists (select 1 from resync_page)
             group by run_id, page'
     from information_schema.tables
     where table_name = 'RESYNC_SEEN' and table_type = 'BASE TABLE' and table_schema = current_schema),
    'update resync_page set run_id = run_id where false');

execute immediate coalesce(
    (select 'drop table resync_seen'
     from information_schema.tables
     where table_name = 'RESYNC_SEEN' and table_type = 'BASE TABLE' and table_schema = current_schema),
    'update resync_page set run_id = run_id where false');

-- The range is as long as the longest page may be; x is its column.
create view if not exists resync_seen as
select run_id, job_ids[x] as job_id
from resync_page, system_range(1, 1000000)
where x <= cardinality(job_ids);
