delete from resync_page
