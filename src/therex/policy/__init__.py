"""What a payer makes of what is documented: pure functions over dated YAML."""
