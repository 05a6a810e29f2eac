insert into jobby_match (match_id, event_id, data, matched_at)
select cast(:match_id as varchar), cast(:event_id as varchar), :data format json, cast(:at as timestamp with time zone)
where not exists (select 1 from jobby_match where match_id = :match_id)
