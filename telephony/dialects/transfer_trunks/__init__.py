"""`/sip-trunks`: SIP trunks for call transfers. See docs/dialects/transfer-trunks.md."""
