DROP TABLE rate_counts;
DROP TABLE api_key_uses;
DROP TABLE api_keys;
