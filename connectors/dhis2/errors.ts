/** What DHIS2 itself has to say, beside what every HTTP source can. */
import { ToolkitError } from '../../src/base/errors.ts'

export type Dhis2Code = 'dhis2/import-refused' | 'dhis2/unknown-uid'

/** Match on `code`. Never retried: the same request would be refused again. */
export class Dhis2Error extends ToolkitError<Dhis2Code> {}
