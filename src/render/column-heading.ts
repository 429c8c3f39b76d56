/** What stands above a column: a member's name in words, with the unit that its name carries. */

/** By how a name ends, the longer endings first. */
const UNITS = [
  ['PerKm2', ' per km²'],
  ['UgM3', ', µg/m³'],
  ['Percent', ', %'],
  ['Seconds', ', seconds'],
  ['Points', ', points'],
  ['Hours', ', hours'],
  ['Km2', ', km²'],
  ['Usd', ', US$'],
  ['Hpa', ', hPa'],
  ['Km', ', km'],
  ['Mm', ', mm'],
  ['Ms', ', ms'],
  ['C', ', °C'],
] as const

/** Words that are not written in small letters. */
const WORDS: Readonly<Record<string, string>> = {
  gdp: 'GDP',
  id: 'ID',
  iso3: 'ISO3',
  n: 'n',
  r2: 'R²',
  uid: 'UID',
  url: 'URL',
}

/**
 * Names of our own kind only, small letters and capitals within; whatever has a space, an underscore or a capital at its
 * beginning is somebody's heading already, and stays.
 *
 * @example columnHeading('povertyPercent') // 'poverty, %'
 */
export function columnHeading(name: string): string {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) return name
  const [ending, unit] = UNITS.find(([each]) => name.endsWith(each) && name.length > each.length) ?? ['', '']
  const words = name
    .slice(0, name.length - ending.length)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(' ')
  return `${words.map((word) => WORDS[word] ?? word).join(' ')}${unit}`
}
