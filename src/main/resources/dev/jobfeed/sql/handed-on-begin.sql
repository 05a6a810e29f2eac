insert into handed_on (stream, change_seq) values (:stream, :change_seq)
