/** The licences of what ships with the program. They are many and long, so they are loaded when somebody wants to see them. */
import type { Licence } from 'virtual:licences';

export type { Licence };

export const loadLicences = async (): Promise<readonly Licence[]> => (await import('virtual:licences')).default;

/** Those whose name or licence holds the words. */
export const filterLicences = (licences: readonly Licence[], words: string): readonly Licence[] => {
  const wanted = words.trim().toLowerCase();
  return wanted === '' ? licences : licences.filter(({ name, licence }) => name.toLowerCase().includes(wanted) || licence.toLowerCase().includes(wanted));
};
