update sync_state set stream = stream where stream = :stream
