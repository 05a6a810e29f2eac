-- The join is an outer one so that H2 looks each id up, instead of each row.
select id
from unnest(:ids) as unseen (unseen_id)
left join job on id = unseen_id
where id is not null
  and expired_at is null
order by id
