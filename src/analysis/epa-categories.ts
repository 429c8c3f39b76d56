/** The six classes of the US EPA index, with the colours of the regulation and what they mean for people. */

export interface AqiCategory {
  readonly name: string
  /** The highest index of the class. */
  readonly upTo: number
  readonly colour: string
  readonly hex: string
  /** In one sentence, what to do. */
  readonly advice: string
}

export const AQI_CATEGORIES: readonly AqiCategory[] = [
  { name: 'Good', upTo: 50, colour: 'green', hex: '#00e400', advice: 'Nobody needs to limit time outdoors.' },
  {
    name: 'Moderate',
    upTo: 100,
    colour: 'yellow',
    hex: '#ffff00',
    advice: 'People who react strongly to bad air may want to go easy outdoors.',
  },
  {
    name: 'Unhealthy for Sensitive Groups',
    upTo: 150,
    colour: 'orange',
    hex: '#ff7e00',
    advice: 'Children, older people and those with heart or lung disease should do less outdoors.',
  },
  {
    name: 'Unhealthy',
    upTo: 200,
    colour: 'red',
    hex: '#ff0000',
    advice: 'Everyone should cut hard effort outdoors short.',
  },
  {
    name: 'Very Unhealthy',
    upTo: 300,
    colour: 'purple',
    hex: '#8f3f97',
    advice: 'Everyone should leave out long or hard effort outdoors.',
  },
  {
    name: 'Hazardous',
    upTo: Number.POSITIVE_INFINITY,
    colour: 'maroon',
    hex: '#7e0023',
    advice: 'Everyone should stay out of outdoor effort.',
  },
]

/** The class of a value on the index scale, by the first upper bound that holds it; null for what is not a number. */
export function aqiCategory(index: number | null): AqiCategory | null {
  if (index === null || Number.isNaN(index)) return null
  return AQI_CATEGORIES.find(({ upTo }) => index <= upTo) ?? null
}

/** What to do in a class, by its name; a class nobody knows has a text of its own. */
export function advisory(category: string): string {
  return AQI_CATEGORIES.find(({ name }) => name === category)?.advice ?? 'There is no advice for this class.'
}

/** 0 for the best class, 5 for the worst; −1 for a class nobody knows. Severity is ranked by this, never by a concentration. */
export function severity(category: string): number {
  return AQI_CATEGORIES.findIndex(({ name }) => name === category)
}
