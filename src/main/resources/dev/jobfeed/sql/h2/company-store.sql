merge into company_profile as stored
using (values (cast(:id as uuid))) as fetched (id) on stored.id = fetched.id
when matched then update set profile = :profile format json, fetched_at = :now, due_at = null
when not matched then insert (id, profile, fetched_at) values (fetched.id, :profile format json, :now)
