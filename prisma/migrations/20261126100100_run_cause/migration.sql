-- AlterEnum: runs that the agent starts for what it watches.
ALTER TYPE "run_trigger" ADD VALUE 'watch';

-- AlterTable: what it saw.
ALTER TABLE "run" ADD COLUMN "cause" TEXT;
