-- H2 would compare each row that it finds with the whole array once more. The join is an outer one for its order.
select id, content_hash, updated_at, expired_at is not null as is_expired
from unnest(?) as delivered (delivered_id)
left join job on id = delivered_id
where id is not null
