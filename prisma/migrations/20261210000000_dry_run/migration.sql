-- AlterEnum: an order that asks what a start would do, and changes nothing.
ALTER TYPE "command_kind" ADD VALUE 'dry_run';

-- AlterTable: what the host said; kept for days only.
ALTER TABLE "command" ADD COLUMN "answer" TEXT;
CREATE INDEX "command_answered_idx" ON "command"("created_at") WHERE "answer" IS NOT NULL;
