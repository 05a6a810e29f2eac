delete from action_token
