-- An agent that joins again is looked up by its key.
CREATE INDEX "host_public_key_idx" ON "host"("public_key");
