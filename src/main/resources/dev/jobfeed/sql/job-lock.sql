select id from job where id = :id for update
