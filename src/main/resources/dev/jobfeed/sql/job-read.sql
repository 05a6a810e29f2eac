select id, title, normalized_title, description, summary, listing_url, apply_url, employment_type, workplace_type,
       experience_level, source, created_at, updated_at, date_posted, valid_through, is_work_auth_required,
       is_h1b_sponsor, is_clearance_required, company_id, company_name, company, locations, compensation,
       qualifications, responsibilities, benefits, extra, first_seen_at, last_changed_at, expired_at, expired_reason
from job
where id = :id
