/** The port that `CARILLON_PORT` chooses. @throws Error naming it, when it is none */
export function portOf(env: NodeJS.ProcessEnv): number {
  const port = Number(env.CARILLON_PORT || 7070);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new Error(`CARILLON_PORT: expected a port from 1 to 65535, got ${JSON.stringify(env.CARILLON_PORT)}`);
}
