-- AlterTable: what an agent must be able to do, taken out of the manifest so that nobody has to read it for that.
ALTER TABLE "job_version" ADD COLUMN "needs" TEXT[] DEFAULT ARRAY[]::TEXT[];
UPDATE "job_version" SET "needs" = ARRAY(SELECT jsonb_array_elements_text("manifest"::jsonb->'needs'))
  WHERE jsonb_typeof("manifest"::jsonb->'needs') = 'array';

-- AlterTable: a version that is not sent, since the host's agent would misread it.
ALTER TABLE "assignment" ADD COLUMN "held_version" INTEGER;
ALTER TABLE "assignment" ADD COLUMN "held_reason" TEXT;
