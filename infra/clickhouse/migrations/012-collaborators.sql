-- Who works on a lead beside its owner after each change, and on a change of owner the leases before, as epoch:rep:change that ended it.
ALTER TABLE assignments ADD COLUMN IF NOT EXISTS collaborators Array(String) DEFAULT [];
ALTER TABLE assignments ADD COLUMN IF NOT EXISTS former_owners Array(String) DEFAULT [];
