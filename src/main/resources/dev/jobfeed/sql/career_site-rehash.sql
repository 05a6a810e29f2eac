update career_site
set raw_hash = :raw_hash
where id = :id
  and content_hash = :stored_hash
