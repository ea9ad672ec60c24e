/** Version of this build, as the API, the metrics and the documents say it. */
export const productVersion = '0.1.0';
