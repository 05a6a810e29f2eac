select id, details_url
from company_profile
where due_at <= :now
order by due_at
limit 1
