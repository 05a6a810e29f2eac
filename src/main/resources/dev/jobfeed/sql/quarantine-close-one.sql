update quarantine set closed_at = :at where id = :id
