update company_profile set due_at = null where id = :id
