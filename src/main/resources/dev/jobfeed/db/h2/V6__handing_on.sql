-- The order in which rows changed, whatever the clock of the process that wrote them said. As in V1, each statement does no harm
-- when it is repeated.
create sequence if not exists career_site_changes;

alter table career_site
    add column if not exists change_seq bigint default next value for career_site_changes not null;

merge into career_site
using (select id, row_number() over (order by last_changed_at, id) as seq from career_site) numbered
on numbered.id = career_site.id
when matched then update set change_seq = numbered.seq;

create unique index if not exists career_site_change on career_site (change_seq);

alter table handed_on add column if not exists change_seq bigint;

execute immediate coalesce(
    (select 'update handed_on set change_seq = (select coalesce(max(career_site.change_seq), 0) from career_site
             where (career_site.last_changed_at, career_site.id) <= (handed_on.changed_at, handed_on.id))'
     from information_schema.columns
     where table_name = 'HANDED_ON' and column_name = 'ID' and table_schema = current_schema),
    'update handed_on set change_seq = change_seq');

alter table handed_on alter column change_seq set not null;
alter table handed_on drop column if exists id;
alter table handed_on drop column if exists changed_at;

-- when one last asked for the changes of jobs who does not go by jobfeed.changes.to
alter table sync_state add column if not exists changes_wanted_at timestamp(6) with time zone;
