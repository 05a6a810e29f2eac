insert into job_audit (started_at, finished_at, fresh_as_of, seed, active_sampled, active_right, changed_sampled,
                       changed_right, expired_sampled, expired_right, lower_bound, upper_bound, rows_equal,
                       rows_newer, rows_different, rows_closed_there, rows_unknown_there, rows_open_there, rows_fixed,
                       rows_held, fields)
values (:started_at, :finished_at, :fresh_as_of, :seed, :active_sampled, :active_right, :changed_sampled,
        :changed_right, :expired_sampled, :expired_right, :lower_bound, :upper_bound, :rows_equal, :rows_newer,
        :rows_different, :rows_closed_there, :rows_unknown_there, :rows_open_there, :rows_fixed, :rows_held, :fields)
