insert into action_token (token_hash, made_at) values (:hash, :at)
