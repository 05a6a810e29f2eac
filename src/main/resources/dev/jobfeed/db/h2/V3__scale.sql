-- What users look rows up by. As in V1, each statement does no harm when it is repeated.
create index if not exists job_company on job (company_id);
create index if not exists job_source on job (source);
create index if not exists job_updated on job (updated_at);
create index if not exists job_expired on job (expired_at);
