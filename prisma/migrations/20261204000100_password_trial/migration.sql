-- Which host tries a password first: the others wait for what Windows says there.
ALTER TABLE "job_secret" ADD COLUMN "tried_version" INTEGER;
ALTER TABLE "job_secret" ADD COLUMN "tried_host" UUID;
ALTER TABLE "job_secret" ADD COLUMN "tried_at" TIMESTAMPTZ(3);
