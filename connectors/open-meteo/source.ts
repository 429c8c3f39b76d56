/** What has to stand beside figures of this source, wherever they are shown. */

export const SOURCE = 'Open-Meteo.com'

/** The free service is for non-commercial use. */
export const LICENCE = 'CC BY 4.0'
