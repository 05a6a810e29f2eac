insert into job_count (counted_at, source, active, expired) values (:at, :source, :active, :expired)
