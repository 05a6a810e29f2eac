select token_hash from action_token
