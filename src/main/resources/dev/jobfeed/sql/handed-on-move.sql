update handed_on set changed_at = :changed_at, id = :id where stream = :stream
