/** The administrator of the token file goes by it. */
export const takenNames: readonly string[] = ['admin'];
