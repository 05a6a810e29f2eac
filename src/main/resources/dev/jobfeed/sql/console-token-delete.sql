delete from console_token
