select pg_terminate_backend(pid)
from pg_stat_activity
where datname = current_database()
  and usename = current_user
  and application_name like 'jobfeed-%'
  and position('(' || application_name || ')' in :owner) > 0
