-- A condition whose parameter is not given is omitted, so that each search has its own plan.
select id, title, company_name, company_id, source, workplace_type, employment_type, locations, date_posted,
       first_seen_at, last_changed_at, expired_at, expired_reason
from job
where (first_seen_at, id) < (cast(:before as timestamp with time zone), cast(:before_id as uuid))
  and (lower(title) like :text or lower(company_name) like :text)
  and lower(company_name) like :company
  and company_id = :company_id
  and source = :source
  and replace(lower(workplace_type), '-', '') = :workplace
  and expired_at is null and :is_active
  and expired_at is not null and :is_expired
order by first_seen_at desc, id desc
limit :limit
