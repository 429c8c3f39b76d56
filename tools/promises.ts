/** What d2flow promises, one line each, by group. The ids never change: tests, issues and notes cite them. */

export interface PromiseGroup {
  readonly code: string
  readonly about: string
  /** The id of the first promise; the others follow it without a gap. */
  readonly from: number
  readonly promises: readonly string[]
}

export const promiseGroups: readonly PromiseGroup[] = [
  {
    code: 'SUB',
    about: 'flows made of flows',
    from: 1,
    promises: [
      'calling a flow from a flow gives what it returns',
      'each call is a run of its own, linked to the run that called it',
      'a subflow may fail while its caller goes on, or take it along',
      'a subflow retries by its own policy',
      'a subflow can be tested alone, with plain values',
      'flows nest, and mix with tasks',
    ],
  },
  {
    code: 'MAP',
    about: 'one task over a list',
    from: 7,
    promises: [
      'the list may be made while the flow runs',
      'one step per item',
      'futures come at once, in the order of the items',
      'a task may take a mapped list and gets its values',
      'maps chain item by item',
      'lists go together by position, everything else repeats, and wrong lengths are told',
      'a failing item leaves its siblings alone, and no rejection goes unhandled',
    ],
  },
  {
    code: 'RTY',
    about: 'retries',
    from: 14,
    promises: [
      'attempts count every try, the first included',
      'the wait is one number or a list',
      'the last error stands when all attempts are used',
      'a short list repeats its end; jitter, a condition and Retry-After are obeyed',
      'waits between attempts are states that can be seen',
    ],
  },
  {
    code: 'ALF',
    about: 'going on after a failure',
    from: 19,
    promises: [
      'a step may wait for another whatever became of it',
      'otherwise a failed step keeps later ones from running, and they say so',
      'the error may be handed on as a value',
      'a flow whose failure was allowed completes',
    ],
  },
  {
    code: 'POL',
    about: 'waiting for the world',
    from: 23,
    promises: [
      'a condition is asked again until it gives a value',
      'five seconds between checks and five minutes in all, unless told otherwise',
      'the clock that only grows decides, and one check always happens',
      'several wait side by side',
    ],
  },
  {
    code: 'CON',
    about: 'limits',
    from: 27,
    promises: [
      'a named limit lets so many in at once',
      'it is one limit over tasks, runs and processes',
      'several slots are taken together or not at all',
      'slots come back when work ends, also when it throws',
      'an unknown limit is told, and a dead holder’s slots come back',
    ],
  },
  {
    code: 'VAR',
    about: 'variables',
    from: 32,
    promises: [
      'set in one process, read in another',
      'absent ones give the default, else null',
      'they may hold JSON text',
      'nothing is overwritten by mistake, and names are checked',
      'the parameter of a run wins over the variable, and that over the code',
    ],
  },
  {
    code: 'HOK',
    about: 'hooks',
    from: 37,
    promises: [
      'a task has hooks for its failure, called in order',
      'a flow has hooks for its two ends',
      'a hook makes no step',
      'a hook is told what, which run, and how it ended',
      'only the last state calls them',
      'what a hook throws changes nothing and is in the log',
    ],
  },
  {
    code: 'CAC',
    about: 'caching',
    from: 43,
    promises: [
      'the same input gives the kept result',
      'results are kept for as long as was said',
      'changed code is another entry',
      'a key of one’s own decides what is the same',
      'the bare function knows no cache',
      'the cache outlives the process; failures and null keys are not kept',
    ],
  },
  {
    code: 'ASY',
    about: 'things that overlap',
    from: 49,
    promises: [
      'bodies may be async',
      'calls that are awaited together overlap',
      'a call gives a future, whatever the body is',
      'submit now, collect later',
      'all members of a group end, when one fails',
    ],
  },
  {
    code: 'ART',
    about: 'artifacts',
    from: 54,
    promises: [
      'a report in Markdown is kept with its run',
      'rows become a table with a header',
      'links are checked and can be followed',
      'without a store publishing does nothing, quietly',
      'a key has versions, and the newest is shown',
      'keys are checked, and publishing gives an id or null',
    ],
  },
  {
    code: 'TST',
    about: 'testing flows',
    from: 73,
    promises: [
      'the bare function runs with nothing around it',
      'a stub replaces a client and nothing else',
      'a stub has no method that the client has not',
      'a whole flow is tested with no network',
      'the final state can be asked for instead of the value',
    ],
  },
  {
    code: 'DEP',
    about: 'deploying to work pools',
    from: 99,
    promises: [
      'the runs of a deployment wait in its pool for a worker, and nobody else takes them',
      'types of pools that are not built are named, and refused',
      'workers poll a pool and execute what is due; without one runs are late',
      'a missing pool is refused with the command that creates it',
    ],
  },
  {
    code: 'WPL',
    about: 'work pools step by step',
    from: 116,
    promises: [
      'a pool is made once, and listed with its type',
      'a worker says what it polls, beats, and leaves no process behind',
      'pool, worker, deploy, run: a clean store ends with a completed run',
    ],
  },
  {
    code: 'RTC',
    about: 'what a run knows of itself',
    from: 111,
    promises: [
      'its deployment, or null',
      'its readable name',
      'the moment it was due',
      'one flow may tell by hand from deployed',
      'nothing outside a run, and no mixing of runs',
    ],
  },
  {
    code: 'PYD',
    about: 'typed models',
    from: 139,
    promises: [
      'models are checked on the way in and out of tasks',
      'a model becomes a plain record in one call',
      'records are checked one by one, and what fails is counted',
      'models give deployments their schema',
      'the form has a fitting field for each member',
      'a run with wrong parameters is refused when it is asked for',
      'a model may be left out',
    ],
  },
  {
    code: 'QUA',
    about: 'quarantine',
    from: 150,
    promises: [
      'good and bad records part, and add up',
      'each bad record has its reason',
      'bad records fail nothing, bugs do',
    ],
  },
  {
    code: 'TXN',
    about: 'transactions',
    from: 153,
    promises: [
      'a group of steps is committed together',
      'when one fails, nothing of the group stays',
      'rollbacks run backwards, commits once, values travel along, and groups nest',
    ],
  },
  {
    code: 'TRN',
    about: 'runners',
    from: 156,
    promises: [
      'a flow may say how many steps run at once',
      'work for the processor goes to threads when it says so',
      'results come in order, whatever runs them',
    ],
  },
  {
    code: 'FIO',
    about: 'files',
    from: 159,
    promises: [
      'CSV is read as it is written in the wild',
      'CSV is written so that it reads back the same',
      'each run has a folder of its own',
      'the suffix decides how a file is read',
      'folders are made and names joined on every system',
    ],
  },
  {
    code: 'DQR',
    about: 'rules of data quality',
    from: 164,
    promises: [
      'rules are configuration',
      'each type of rule has its check',
      'scores are classed as green, amber and red',
      'unknown rules and empty data are told',
    ],
  },
  {
    code: 'CFG',
    about: 'pipelines as configuration',
    from: 168,
    promises: [
      'one object decides what is done',
      'stages can be switched off',
      'each stage takes what the one before gave',
      'stop at the first failure, or go on and report',
      'what cannot be meant is refused with its place',
    ],
  },
  {
    code: 'PRC',
    about: 'handing over through a folder',
    from: 173,
    promises: [
      'a package is data and metadata',
      'what has no metadata is not there yet',
      'both sides can be tested alone',
      'nothing half-written is taken, nothing overwritten',
    ],
  },
  {
    code: 'CBR',
    about: 'the circuit breaker',
    from: 177,
    promises: [
      'it opens after so many failures in a row',
      'it tries again after a while',
      'while it is open nobody is asked',
      'its states are values, and scripts repeat',
    ],
  },
  {
    code: 'INC',
    about: 'only what is new',
    from: 181,
    promises: [
      'what was done stands in a manifest',
      'only the rest is done',
      'a second run does nothing',
      'what failed is not in it, and it is never half-written',
      'an operation that was done gives its result again',
    ],
  },
  {
    code: 'CHK',
    about: 'checkpoints',
    from: 186,
    promises: [
      'each stage is kept when it is done',
      'a second run goes on after it',
      'the end is the same as without a break',
      'another input makes old checkpoints void',
    ],
  },
  {
    code: 'RSP',
    about: 'kept answers of services',
    from: 190,
    promises: [
      'the order of parameters does not matter',
      'answers grow old',
      'the caller hears whether it was a hit',
      'hits are counted',
    ],
  },
  {
    code: 'AQI',
    about: 'classes of air',
    from: 194,
    promises: [
      'bounds belong to the lower class',
      'the first class that fits is taken',
      'each class has its advice',
      'the worst is found by severity',
    ],
  },
  {
    code: 'RSK',
    about: 'composite risk',
    from: 198,
    promises: [
      'factors are brought to one scale',
      'scores are weighted means',
      'weights are given, and checked',
      'a source that is missing is shared out and shown',
    ],
  },
  {
    code: 'PEA',
    about: 'correlation',
    from: 202,
    promises: [
      'Pearson’s r by its definition',
      'lengths have to agree',
      'constants give null with a reason',
      'large offsets do not hurt',
    ],
  },
  {
    code: 'REG',
    about: 'regression',
    from: 206,
    promises: [
      'slope and intercept by least squares',
      'the share that is explained, or why there is none',
      'logarithms refuse what has none',
      'residuals are ranked from the best',
    ],
  },
  {
    code: 'STR',
    about: 'star schema',
    from: 210,
    promises: [
      'dimensions have keys from 1',
      'facts name dimensions by key only',
      'values are brought between 0 and 1, either way round',
      'weights make a ranking',
    ],
  },
  {
    code: 'ETL',
    about: 'layers',
    from: 214,
    promises: [
      'three layers can be looked at',
      'the first is the text as it came',
      'the second keeps what is invalid, marked',
      'the third counts only what is valid',
      'each adds what it knows',
    ],
  },
  {
    code: 'EXP',
    about: 'how complex an expression is',
    from: 219,
    promises: [
      'operands are counted',
      'operators are counted, not the signs inside names',
      'both halves of an indicator count',
      'scores fall into classes without a gap',
    ],
  },
  {
    code: 'LIN',
    about: 'lineage',
    from: 223,
    promises: [
      'equal data have equal hashes, in any order',
      'each step tells what came in and what went out',
      'what changed nothing is known as such',
    ],
  },
  {
    code: 'PTM',
    about: 'templates of pipelines',
    from: 226,
    promises: [
      'a template is made once and never changes',
      'each use may differ',
      'what is given wins, the rest stays',
      'what fits nowhere is told',
    ],
  },
  {
    code: 'GEN',
    about: 'what holds everywhere',
    from: 240,
    promises: [
      'flows have names, and what they print is in their log',
      'everything runs without a server, and the same with one',
      'the pages show runs, artifacts, blocks, variables and forms',
      'every pattern has a flow or a page that runs',
      'people from other schedulers find their words',
      'flows take their arithmetic from one place',
    ],
  },
]

/** `F007`. */
export function promiseId(group: PromiseGroup, at: number): string {
  return `F${String(group.from + at).padStart(3, '0')}`
}
