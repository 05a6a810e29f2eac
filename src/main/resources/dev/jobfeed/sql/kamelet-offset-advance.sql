update kamelet_offset set change_seq = :change_seq where stream = :stream
