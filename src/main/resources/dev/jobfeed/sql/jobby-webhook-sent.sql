update jobby_webhook_event set relayed_at = :at where event_id = :id
