import { defineConfig } from 'prisma/config';

// Paths are relative to this file's package; the schema stands at the repository's top level.
export default defineConfig({
  schema: '../../prisma/schema.prisma',
  migrations: { path: '../../prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://localhost/carillon' },
});
