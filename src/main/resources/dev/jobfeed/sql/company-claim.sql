update company_profile set due_at = :due_at where id = :id and due_at <= :now
