// Incidents that wait for a person, and what went wrong in the last day:
//   CARILLON_SERVER=https://carillon.example CARILLON_TOKEN=... node who-waits.mjs [--ack TICKET]
// With --ack they are acknowledged with that note. Exit code 2 when the server refuses, with its reason.
import { CarillonError, createClient, each } from '@carillon/client';

const { CARILLON_SERVER: baseUrl = 'http://127.0.0.1:7070', CARILLON_TOKEN: token } = process.env;
const ticket = process.argv[2] === '--ack' ? process.argv[3] : undefined;
const client = createClient({ baseUrl, token });

try {
  for await (const { number, severity, title, state } of each(client.incidents.list, { attention: true })) {
    console.log(`#${number} ${severity} ${title}`);
    // The key makes it safe to run this twice.
    if (ticket && state === 'firing')
      await client.incidents.acknowledge({ number, body: { note: ticket } }, { idempotencyKey: `${ticket}-${number}` });
  }
  const since = new Date(Date.now() - 86_400_000).toISOString();
  const byJob = new Map();
  for await (const { job } of each(client.runs.list, { bad: true, since, limit: 500 }))
    byJob.set(job, (byJob.get(job) ?? 0) + 1);
  for (const [job, count] of byJob) console.log(`${job}: ${count} bad runs since ${since}`);
  if (byJob.size === 0) console.log(`no bad runs since ${since}`);
} catch (error) {
  if (!(error instanceof CarillonError)) throw error;
  console.error(`${error.call}: ${error.code}: ${error.message}`);
  process.exitCode = 2;
}
