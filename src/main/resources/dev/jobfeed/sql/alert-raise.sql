insert into alert (stream, condition, message, remedy, raised_at)
select cast(:stream as varchar), cast(:condition as varchar), cast(:message as varchar), cast(:remedy as varchar),
       cast(:at as timestamp with time zone)
where not exists (select 1 from alert where stream = :stream and condition = :condition and cleared_at is null)
