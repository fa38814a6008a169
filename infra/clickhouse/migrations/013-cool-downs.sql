-- Who may not get or claim a lead after each change, and until when: rep:ms since epoch.
ALTER TABLE assignments ADD COLUMN IF NOT EXISTS cool_downs Array(String) DEFAULT [];
