-- A random order that the seed determines, whatever the order of the rows in the table.
select stratum, id
from (
    (select 'active' as stratum, id, md5(cast(:seed as varchar) || cast(id as varchar)) as draw
     from job
     where expired_at is null
     order by draw
     limit :active)
    union all
    (select 'changed' as stratum, id, md5(cast(:seed as varchar) || cast(id as varchar)) as draw
     from job
     where expired_at is null
       and updated_at >= :since
     order by draw
     limit :recent)
    union all
    (select 'expired' as stratum, id, md5(cast(:seed as varchar) || cast(id as varchar)) as draw
     from job
     where expired_at >= :since
       and expired_reason not in ('filtered', :excluded_reason)
     order by draw
     limit :recent)
) drawn
order by stratum, draw
