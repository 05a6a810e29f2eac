-- Omits the columns of unchanged groups, so the row must not have changed since the lookup.
update career_site
set name = :name,
    website = :website,
    logo_url = :logo_url,
    summary = :summary,
    industries = :industries format json,
    linkedin_url = :linkedin_url,
    crunchbase_url = :crunchbase_url,
    ats = :ats,
    listing_url = :listing_url,
    details_url = :details_url,
    extra = :extra format json,
    content_hash = :content_hash,
    raw_hash = :raw_hash,
    last_changed_at = :now,
    change_seq = next value for career_site_changes
where id = :id
  and content_hash = :stored_hash
