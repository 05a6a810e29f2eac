update handed_on set change_seq = :change_seq where stream = :stream
