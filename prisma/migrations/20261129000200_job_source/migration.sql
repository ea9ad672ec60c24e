-- CreateTable: the file that a version was read from, comments and all. Apart from the version, which never changes:
-- comments do, and hosts have nothing of them.
CREATE TABLE "job_source" (
    "job_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "source" TEXT NOT NULL,

    CONSTRAINT "job_source_pkey" PRIMARY KEY ("job_id","version")
);

-- AddForeignKey
ALTER TABLE "job_source" ADD CONSTRAINT "job_source_job_id_version_fkey" FOREIGN KEY ("job_id", "version") REFERENCES "job_version"("job_id", "version") ON DELETE RESTRICT ON UPDATE CASCADE;
