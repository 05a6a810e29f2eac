select *
from career_site
where change_seq > coalesce((select change_seq from handed_on where stream = :stream), 0)
order by change_seq
limit :limit
