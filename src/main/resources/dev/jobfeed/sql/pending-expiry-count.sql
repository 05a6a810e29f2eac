select count(*)
from pending_expiry
where exists (select 1 from job where id = pending_expiry.job_id and expired_at is null)
