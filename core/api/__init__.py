"""What every address of the API shares: problems, keys, limits, idempotency, lists, the OpenAPI document."""
