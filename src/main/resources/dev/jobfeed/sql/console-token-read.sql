select token_hash from console_token
