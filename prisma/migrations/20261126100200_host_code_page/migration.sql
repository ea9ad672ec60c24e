-- AlterTable: in which code page a host's console programs write.
ALTER TABLE "host" ADD COLUMN "code_page" INTEGER;
