/** The data folder of a person who names none: the same for every door, so that window, browser and terminal show one cluster. */
import envPaths from 'env-paths';

export const defaultDataDir = (): string => envPaths('vstack', { suffix: '' }).data;
