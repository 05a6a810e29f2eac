delete from resync_seen fetch first :limit rows only
