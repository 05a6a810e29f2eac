merge into company_profile as stored
using (values (cast(:id as uuid), cast(:details_url as varchar))) as wanted (id, details_url) on stored.id = wanted.id
when matched and (stored.fetched_at is null or stored.fetched_at < :stale)
    then update set due_at = coalesce(stored.due_at, :now), details_url = wanted.details_url
when not matched then insert (id, details_url, due_at) values (wanted.id, wanted.details_url, :now)
