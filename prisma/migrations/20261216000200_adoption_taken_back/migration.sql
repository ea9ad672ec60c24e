-- AlterTable: the version in which what was adopted was taken back; once.
ALTER TABLE "task_change" ADD COLUMN "undone_version" INTEGER;
