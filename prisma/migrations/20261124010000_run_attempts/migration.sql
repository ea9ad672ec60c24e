-- AlterTable: how often the program of a run was started.
ALTER TABLE "run" ADD COLUMN "attempts" INTEGER NOT NULL DEFAULT 1;
