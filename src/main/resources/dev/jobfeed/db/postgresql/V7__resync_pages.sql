-- What a resync received is a row a page instead of a row an id, which costs a tenth to write and next to nothing to forget. The
-- lock is taken first, so that no id is lost that an older node is just adding.
lock table resync_seen in access exclusive mode;

create table resync_page (
    run_id  bigint not null,
    job_ids uuid[] not null
);

-- ids do not get smaller by compressing them
alter table resync_page alter column job_ids set storage external;

insert into resync_page (run_id, job_ids)
select run_id, array_agg(job_id)
from (select run_id, job_id, (row_number() over () - 1) / 1000 as page from resync_seen) ids
group by run_id, page;

drop table resync_seen;

create view resync_seen as
select run_id, unnest(job_ids) as job_id
from resync_page;
