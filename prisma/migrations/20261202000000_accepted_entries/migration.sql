-- The book of what was accepted and moves a host's desired state: only added to, each entry naming the hash of the one before.
CREATE TABLE accepted_entry (
  seq bigint PRIMARY KEY,
  hash text NOT NULL,
  text text NOT NULL,
  signature text NOT NULL,
  at timestamptz(3) NOT NULL DEFAULT now()
);
