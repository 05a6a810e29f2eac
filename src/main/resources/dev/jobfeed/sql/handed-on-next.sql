select c.*
from career_site c
left join handed_on h on h.stream = 'career_sites'
where h.stream is null
   or c.last_changed_at > h.changed_at
   or c.last_changed_at = h.changed_at and c.id > h.id
order by c.last_changed_at, c.id
limit :limit
