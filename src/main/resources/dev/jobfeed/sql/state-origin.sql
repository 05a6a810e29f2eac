update sync_state
set origin_base_url = :base_url,
    origin_environment = :environment,
    origin_tenant = :tenant
where stream = :stream
