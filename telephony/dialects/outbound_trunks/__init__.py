"""`/sip/create-outbound-trunk` and `/sip/list`: trunks from a carrier preset. See docs/dialects/outbound-trunks.md."""
