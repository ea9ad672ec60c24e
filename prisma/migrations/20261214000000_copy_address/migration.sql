-- Where each agent process came from, so that people who are told of two machines with one identity know which is which.
ALTER TABLE "agent_instance" ADD COLUMN "address" TEXT;
