update sync_state set open_run_id = null where stream = :stream
