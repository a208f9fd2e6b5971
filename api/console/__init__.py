"""The console at `/`: read-only pages for people, in English and Chinese. No business decisions, no SQL, no script from elsewhere."""
