select count(*) - count(expired_at) as active, count(expired_at) as expired from job
