-- Not the figures, but which limits of policies they were over: that is the change to tell.
ALTER TABLE "host_watch" DROP COLUMN "cpu_percent", DROP COLUMN "memory_percent", DROP COLUMN "disk_percent",
  ADD COLUMN "load_over" TEXT;
