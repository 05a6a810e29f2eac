-- whose feed the schema holds; empty for the standard tenant
alter table sync_state add column if not exists origin_tenant varchar;

update sync_state set origin_tenant = ''
where origin_tenant is null and origin_base_url is not null and stream in ('jobs', 'career_sites');

-- the place in the list of expired ids, for one that keeps no jobs
merge into sync_state (stream) key (stream) values ('expired_ids');

-- behind which row the next is to be handed on
create table if not exists handed_on (
    stream     varchar primary key,
    changed_at timestamp(6) with time zone not null,
    id         uuid not null
);
