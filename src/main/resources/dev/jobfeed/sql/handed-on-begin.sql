insert into handed_on (stream, changed_at, id) values (:stream, :changed_at, :id)
