/**
 * The number of the newest migration. Apart from the migrations, so that a store that is up to date opens without them;
 * a test says that the two agree.
 */
export const SCHEMA_VERSION = 7
