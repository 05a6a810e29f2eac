select *
from career_site
where change_seq > coalesce((select change_seq from kamelet_offset where stream = :stream), 0)
order by change_seq
limit :limit
