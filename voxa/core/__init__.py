"""What every room may use. Imports none of them."""
