delete from resync_seen
where ctid = any (array(select ctid from resync_seen limit :limit))
