-- whose feed the schema holds; empty for the standard tenant
alter table sync_state add column origin_tenant text;

update sync_state set origin_tenant = ''
where origin_base_url is not null and stream in ('jobs', 'career_sites');

-- the place in the list of expired ids, for one that keeps no jobs
insert into sync_state (stream) values ('expired_ids');

-- behind which row the next is to be handed on
create table handed_on (
    stream     text primary key,
    changed_at timestamptz(6) not null,
    id         uuid not null
);
