-- whose feed the schema holds; empty for the standard tenant
alter table sync_state add column origin_tenant text;

update sync_state set origin_tenant = ''
where origin_base_url is not null and stream in ('jobs', 'career_sites');

-- the place in the list of expired ids, for one that keeps no jobs
insert into sync_state (stream) values ('expired_ids');
