-- With a condition on the array, H2 compares each row with the whole array again. The outer join sets the join order.
select id, content_hash, raw_hash, updated_at, expired_at is not null as is_expired
from unnest(?) as delivered (delivered_id)
left join job on id = delivered_id
where id is not null
