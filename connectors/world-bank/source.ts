/** What has to stand beside figures of this source, wherever they are shown. */

export const SOURCE = 'World Bank, World Development Indicators'

/** Most indicators; a few have terms of their own, which `indicatorInfo` names. */
export const LICENCE = 'CC BY 4.0'
