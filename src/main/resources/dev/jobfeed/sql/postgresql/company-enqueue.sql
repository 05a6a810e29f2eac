insert into company_profile (id, details_url, due_at)
values (:id, :details_url, :now)
on conflict (id) do update
set due_at = coalesce(company_profile.due_at, excluded.due_at), details_url = excluded.details_url
where company_profile.fetched_at is null or company_profile.fetched_at < :stale
