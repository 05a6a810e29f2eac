insert into schedule_claim (schedule, fired_at)
select cast(:schedule as varchar), timestamp with time zone '2000-01-01 00:00:00+00'
where not exists (select 1 from schedule_claim where schedule = :schedule)
