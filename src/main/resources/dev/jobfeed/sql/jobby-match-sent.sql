update jobby_match set relayed_at = :at where match_id = :id
