-- The set of files that a job is kept in, by the name that its last apply gave: what the files lack can be deleted with them.
ALTER TABLE "job" ADD COLUMN "managed_by" TEXT;
