insert into company_profile (id, profile, fetched_at)
values (:id, cast(:profile as jsonb), :now)
on conflict (id) do update set profile = excluded.profile, fetched_at = excluded.fetched_at, due_at = null
