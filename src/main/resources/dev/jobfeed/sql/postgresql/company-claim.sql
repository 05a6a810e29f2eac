update company_profile
set due_at = :retry_at
where due_at <= :now
  and id = (
      select id
      from company_profile
      where due_at <= :now
      order by due_at
      limit 1
      for update skip locked)
returning id, details_url
