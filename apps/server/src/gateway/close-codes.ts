/** Why a socket is closed, beside the codes of RFC 6455. 4000-4999 are ours. */
export const closeCodes = {
  tooBig: 1009,
  /** The server restarts: come back. */
  restart: 1012,
  /** The server cannot keep up or cannot reach its database. */
  tryAgain: 1013,
  badMessage: 4400,
  notAuthenticated: 4401,
  forbidden: 4403,
  superseded: 4409,
  protocol: 4426,
} as const;
