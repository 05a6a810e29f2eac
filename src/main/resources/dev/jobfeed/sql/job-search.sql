select id, title, company_name, company_id, source, workplace_type, employment_type, locations, date_posted,
       first_seen_at, last_changed_at, expired_at, expired_reason
from job
where (first_seen_at, id) < (cast(:before as timestamp with time zone), cast(:before_id as uuid))
  and (cast(:text as varchar) is null or lower(title) like :text or lower(company_name) like :text)
  and (cast(:company as varchar) is null or lower(company_name) like :company_like or company_id = :company)
  and (cast(:source as varchar) is null or source = :source)
  and (cast(:workplace as varchar) is null or replace(lower(workplace_type), '-', '') = :workplace)
  and (cast(:is_expired as boolean) is null or (expired_at is not null) = :is_expired)
order by first_seen_at desc, id desc
limit :limit
