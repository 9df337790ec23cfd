"""What the script on the merchant's site may tell us by a public key: visits and identities, no orders."""
