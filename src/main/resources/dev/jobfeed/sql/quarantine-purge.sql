delete from quarantine
where stream = :stream
  and closed_at < :before
