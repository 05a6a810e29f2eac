insert into console_token (token_hash, made_at) values (:hash, :at)
