insert into kamelet_offset (stream, change_seq) values (:stream, :change_seq)
